/** An event in words: what happened, and its facts on one line. Codes that this interface does not know stay readable. */
import { t, type MessageKey } from "../../lib/i18n.svelte";

const MAX_VALUE = 120;

/** What codes stand for, by the fact that carries them. */
const VALUES: Record<string, Record<string, MessageKey>> = {
  role: {
    annotator: "project.annotator",
    reviewer: "project.reviewer",
    engineer: "project.engineer",
    lead: "project.lead",
  },
  kind: { gold: "project.gold", honeypot: "project.honeypot", reference: "project.reference" },
  failed: {
    items: "releases.checkItems",
    decided: "releases.checkDecided",
    agreement: "releases.checkAgreement",
    gold_accuracy: "releases.checkGold",
  },
};

type ClassName = (key: string) => string;

export function kindText(kind: string): string {
  return word(`audit.${kind}`) ?? spaced(kind);
}

/** "item: 41, label: Spam": long values are cut, empty ones left out. A label of null is a decision, and said. */
export function factsText(facts: Record<string, unknown>, className: ClassName): string {
  return Object.entries(facts)
    .filter(([name, value]) => value !== "" && value !== undefined && (value !== null || name === "label"))
    .flatMap(([name, value]) =>
      name === "changes" ? changesText(value) : [fact(factName(name), valueText(name, value, className))],
    )
    .join(", ");
}

function changesText(changes: unknown): string[] {
  return Object.entries(changes as Record<string, [unknown, unknown]>).map(([field, [before, after]]) =>
    t("audit.change", {
      name: word(`policy.${field}`) ?? factName(field),
      before: shortened(before),
      after: shortened(after),
    }),
  );
}

function valueText(name: string, value: unknown, className: ClassName): string {
  if (typeof value === "boolean") return t(value ? "audit.yes" : "audit.no");
  if (name === "label") return value === null ? t("audit.noLabel") : className(String(value));
  if (Array.isArray(value)) return value.map((one) => valueText(name, one, className)).join("; ");
  const key = VALUES[name]?.[String(value)];
  return key ? t(key) : shortened(value);
}

function fact(name: string, value: string): string {
  return t("audit.fact", { name, value });
}

function factName(name: string): string {
  return word(`audit.of_${name}`) ?? spaced(name);
}

function word(key: string): string | null {
  const text = t(key as MessageKey);
  return text === key ? null : text;
}

function spaced(code: string): string {
  return code.replaceAll("_", " ");
}

function shortened(value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}
