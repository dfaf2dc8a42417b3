/** The part of a label spec that contains the words typed. */
import type { Spec, SpecClass, SpecRule } from "./shapes";

export interface SpecPart {
  classes: SpecClass[];
  rules: SpecRule[];
  isEmpty: boolean;
}

/** Every word must occur somewhere in the class or rule. Case and accents do not matter. */
export function searchSpec(spec: Spec, typed: string): SpecPart {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const fits = (text: string) => words.every((word) => plain(text).includes(word));
  const classes = spec.classes.filter((one) => fits(textOfClass(one)));
  const rules = (spec.rules ?? []).filter((rule) => fits(`${rule.id} ${rule.text}`));
  return { classes, rules, isEmpty: classes.length + rules.length === 0 };
}

export function classNamed(spec: Spec, key: string | null): string {
  return spec.classes.find((one) => one.key === key)?.name ?? key ?? "";
}

/** Classes whose name contains the words typed, those that begin with them first. */
export function searchClasses(classes: readonly SpecClass[], typed: string): readonly SpecClass[] {
  const wanted = plain(typed).trim();
  if (!wanted) return classes;
  const rank = ({ name }: SpecClass) => (plain(name).startsWith(wanted) ? 0 : 1);
  return classes.filter(({ name }) => plain(name).includes(wanted)).toSorted((a, b) => rank(a) - rank(b));
}

function textOfClass({ key, name, definition, include, exclude }: SpecClass): string {
  const examples = [...(include ?? []), ...(exclude ?? [])].map((one) => `${one.text} ${one.note}`);
  return [key, name, definition, ...examples].join(" ");
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
