/** The fields of a quality policy: how each is shown and between what bounds it lies. The server has the last word. */
import type { Policy } from "./shapes-lead";

export type PolicyField = keyof Policy;

export interface PolicyFieldShape {
  field: PolicyField;
  /** A share is stored as 0–1 and shown in per cent. */
  kind: "share" | "count" | "seconds";
  low: number;
  high: number;
}

export const DEFAULT_POLICY: Policy = {
  overlap: 1,
  measured_share: 0.1,
  measured_overlap: 2,
  gold_share: 0.05,
  honeypot_share: 0.05,
  lease_seconds: 900,
  hold: 4,
  majority_share: 0.6,
  max_skips: 2,
  gate_gold_accuracy: 0.8,
  gate_gold_answers: 20,
  gate_measured_items: 20,
};

const share = (field: PolicyField): PolicyFieldShape => ({ field, kind: "share", low: 0, high: 1 });
const count = (field: PolicyField, low: number, high: number): PolicyFieldShape => ({
  field,
  kind: "count",
  low,
  high,
});

export type PolicyGroup = "overlap" | "checks" | "work" | "gate";

export const POLICY_GROUPS: { group: PolicyGroup; fields: PolicyFieldShape[] }[] = [
  {
    group: "overlap",
    fields: [
      count("overlap", 1, 50),
      share("measured_share"),
      count("measured_overlap", 2, 50),
      share("majority_share"),
    ],
  },
  { group: "checks", fields: [share("gold_share"), share("honeypot_share")] },
  {
    group: "work",
    fields: [
      { field: "lease_seconds", kind: "seconds", low: 30, high: 86_400 },
      count("hold", 1, 10),
      count("max_skips", 1, 50),
    ],
  },
  {
    group: "gate",
    fields: [
      share("gate_gold_accuracy"),
      count("gate_gold_answers", 0, 100_000),
      count("gate_measured_items", 0, 10_000_000),
    ],
  },
];

export const MAX_CHECK_SHARE = 0.5;

/** What stands in the input for a stored value, free of the crumbs of binary fractions (0.07 is 7, not 7.000…01). */
export function shownValue(value: number, kind: PolicyFieldShape["kind"]): number {
  return kind === "share" ? Math.round(value * 10_000) / 100 : value;
}

export function storedValue(shown: number, kind: PolicyFieldShape["kind"]): number {
  return kind === "share" ? Math.round(shown * 100) / 10_000 : shown;
}

export type PolicyProblem =
  { field: PolicyField; code: "range"; low: number; high: number } | { field: PolicyField; code: "checks" };

export function policyProblems(policy: Policy): PolicyProblem[] {
  const problems: PolicyProblem[] = POLICY_GROUPS.flatMap(({ fields }) => fields)
    .filter(({ field, kind, low, high }) => !isWithin(policy[field], low, high, kind !== "share"))
    .map(({ field, kind, low, high }) => ({
      field,
      code: "range",
      low: shownValue(low, kind),
      high: shownValue(high, kind),
    }));
  if (policy.gold_share + policy.honeypot_share > MAX_CHECK_SHARE)
    problems.push({ field: "gold_share", code: "checks" });
  return problems;
}

function isWithin(value: number, low: number, high: number, whole: boolean): boolean {
  return Number.isFinite(value) && value >= low && value <= high && (!whole || Number.isInteger(value));
}
