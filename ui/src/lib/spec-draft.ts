/** A label spec while somebody writes it: plain fields, always editable, checked with the server's rules. */
import type { Spec } from "./shapes";

export interface ExampleDraft {
  text: string;
  note: string;
}

export interface ClassDraft {
  /** Empty for a class that the server has not seen yet; a known key never changes, or old labels would be orphaned. */
  key: string;
  name: string;
  definition: string;
  include: ExampleDraft[];
  exclude: ExampleDraft[];
}

export interface RuleDraft {
  id: string;
  text: string;
}

export interface SpecDraft {
  question: string;
  purpose: string;
  classes: ClassDraft[];
  rules: RuleDraft[];
  unsure: string;
}

export const MAX_CLASSES = 500;
const MAX_NAME = 200;

export function emptyClass(name = ""): ClassDraft {
  return { key: "", name, definition: "", include: [], exclude: [] };
}

export function emptySpec(): SpecDraft {
  return { question: "", purpose: "", classes: [emptyClass(), emptyClass()], rules: [], unsure: "" };
}

export function draftOf(spec: Spec): SpecDraft {
  return {
    question: spec.question,
    purpose: spec.purpose ?? "",
    classes: spec.classes.map((one) => ({
      key: one.key ?? "",
      name: one.name,
      definition: one.definition ?? "",
      include: (one.include ?? []).map(({ text, note }) => ({ text, note: note ?? "" })),
      exclude: (one.exclude ?? []).map(({ text, note }) => ({ text, note: note ?? "" })),
    })),
    rules: (spec.rules ?? []).map(({ id, text }) => ({ id, text })),
    unsure: spec.unsure ?? "",
  };
}

/** What is sent: rows left entirely empty are dropped, everything else is kept as written, without outer blanks. */
export function specOf(draft: SpecDraft): Spec {
  return {
    question: draft.question.trim(),
    purpose: draft.purpose.trim(),
    classes: draft.classes
      .filter((one) => !isBlankClass(one))
      .map((one) => ({
        key: one.key,
        name: one.name.trim(),
        definition: one.definition.trim(),
        include: examplesOf(one.include),
        exclude: examplesOf(one.exclude),
      })),
    rules: draft.rules
      .map(({ id, text }) => ({ id: id.trim(), text: text.trim() }))
      .filter((rule) => rule.text !== ""),
    unsure: draft.unsure.trim(),
  };
}

function examplesOf(examples: ExampleDraft[]): ExampleDraft[] {
  return examples
    .map(({ text, note }) => ({ text: text.trim(), note: note.trim() }))
    .filter((example) => example.text !== "");
}

function isBlankClass(one: ClassDraft): boolean {
  const examples = [...one.include, ...one.exclude];
  return (
    !one.key &&
    ![one.name, one.definition, ...examples.map((example) => example.text)].some((text) => text.trim())
  );
}

/**
 * Class names from pasted text, one per line. Bullets, numbering and a tab-separated rest are taken off: the rest of a
 * line copied from a spreadsheet becomes the definition. Empty lines and names met before are left out.
 */
export function classesFromText(text: string): ClassDraft[] {
  const seen = new Set<string>();
  return text.split(/\r\n|\r|\n/).flatMap((line) => {
    const [first = "", ...rest] = line.split("\t");
    const name = first
      .replace(/^\s*(?:[-*•–]|\d{1,3}[.)])\s+/, "")
      .trim()
      .slice(0, MAX_NAME);
    if (!name || seen.has(folded(name))) return [];
    seen.add(folded(name));
    return [{ ...emptyClass(name), definition: rest.join(" ").trim() }];
  });
}

/** The classes with the pasted ones put at `index`; names that exist already are not repeated, and blanks give way. */
export function withPasted(classes: ClassDraft[], index: number, pasted: ClassDraft[]): ClassDraft[] {
  const known = new Set(classes.map((one) => folded(one.name)));
  const added = pasted.filter((one) => !known.has(folded(one.name)));
  return [...classes.slice(0, index), ...added, ...classes.slice(index)].filter((one) => !isBlankClass(one));
}

/** The next free id of the form R1, R2 …; an id is never given twice within the draft. */
export function nextRuleId(rules: RuleDraft[]): string {
  const numbers = rules.map((rule) => Number(/^R(\d+)$/.exec(rule.id.trim())?.[1] ?? 0));
  return `R${Math.max(0, ...numbers) + 1}`;
}

export type SpecProblem =
  | { where: "question"; code: "questionEmpty" }
  | { where: "classes"; code: "tooFewClasses" | "tooManyClasses"; n: number }
  | { where: `classes.${number}`; code: "classNameEmpty" }
  | { where: `classes.${number}`; code: "classNameTwice"; name: string }
  | { where: `rules.${number}`; code: "ruleIdEmpty" }
  | { where: `rules.${number}`; code: "ruleIdTwice"; id: string };

/** Everything that would be refused, with its place in the draft. Rows left empty are no problem: they are dropped. */
export function problemsOf(draft: SpecDraft): SpecProblem[] {
  return [...questionProblems(draft), ...classProblems(draft.classes), ...ruleProblems(draft.rules)];
}

export function questionProblems(draft: SpecDraft): SpecProblem[] {
  return draft.question.trim() ? [] : [{ where: "question", code: "questionEmpty" }];
}

export function classProblems(classes: ClassDraft[]): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const n = classes.filter((one) => !isBlankClass(one)).length;
  if (n < 2) problems.push({ where: "classes", code: "tooFewClasses", n });
  if (n > MAX_CLASSES) problems.push({ where: "classes", code: "tooManyClasses", n });
  const seen = new Set<string>();
  for (const [index, one] of classes.entries()) {
    if (isBlankClass(one)) continue;
    const name = one.name.trim();
    if (!name) problems.push({ where: `classes.${index}`, code: "classNameEmpty" });
    else if (seen.has(folded(name)))
      problems.push({ where: `classes.${index}`, code: "classNameTwice", name });
    seen.add(folded(name));
  }
  return problems;
}

function ruleProblems(rules: RuleDraft[]): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    if (!rule.text.trim()) continue;
    const id = rule.id.trim();
    if (!id) problems.push({ where: `rules.${index}`, code: "ruleIdEmpty" });
    else if (seen.has(id)) problems.push({ where: `rules.${index}`, code: "ruleIdTwice", id });
    seen.add(id);
  }
  return problems;
}

function folded(name: string): string {
  return name.trim().toLowerCase();
}

export interface SpecChanges {
  added: string[];
  removed: string[];
  changed: string[];
  isOtherwiseChanged: boolean;
}

/** What a new version would change, by class name: removed classes are what people must be warned about. */
export function changesBetween(before: Spec, after: Spec): SpecChanges {
  const old = new Map(before.classes.map((one) => [one.key ?? "", one]));
  const kept = after.classes.filter((one) => old.has(one.key ?? ""));
  const keys = new Set(kept.map((one) => one.key ?? ""));
  const rest = ({ classes: _, ...others }: Spec) =>
    JSON.stringify(specOf({ ...draftOf({ ...others, classes: [] }) }));
  return {
    added: after.classes.filter((one) => !keys.has(one.key ?? "")).map((one) => one.name),
    removed: before.classes.filter((one) => !keys.has(one.key ?? "")).map((one) => one.name),
    changed: kept
      .filter((one) => JSON.stringify(classOf(one)) !== JSON.stringify(classOf(old.get(one.key ?? "")!)))
      .map((one) => one.name),
    isOtherwiseChanged: rest(before) !== rest(after),
  };
}

function classOf(one: Spec["classes"][number]): ClassDraft | undefined {
  return draftOf({ question: "", classes: [one] } as unknown as Spec).classes[0];
}

export function hasChanges(changes: SpecChanges): boolean {
  return (
    changes.isOtherwiseChanged ||
    [changes.added, changes.removed, changes.changed].some((names) => names.length)
  );
}
