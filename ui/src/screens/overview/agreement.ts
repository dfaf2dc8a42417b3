/** What alpha lets us say about agreement. */
import { verdict } from "../../charts/verdict";
import type { Measured } from "../../charts/geometry";

/** From here on conclusions can be relied on; below `WEAK_ALPHA` agreement is a warning. */
export const STRONG_ALPHA = 0.8;
export const WEAK_ALPHA = 0.6;

export type Agreement = "strong" | "weak" | "between" | "unknown";

/** Strong or weak only when the whole interval is: a point estimate alone decides nothing. */
export function agreementVerdict(alpha: Measured): Agreement {
  const strong = verdict(alpha, STRONG_ALPHA);
  if (strong === "unknown") return "unknown";
  if (strong === "met") return "strong";
  return verdict(alpha, WEAK_ALPHA) === "missed" ? "weak" : "between";
}
