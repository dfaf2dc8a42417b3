/** What an estimate lets us say about a target, given how wide its interval is. */
import type { Measured } from "./geometry";

export type Verdict = "met" | "missed" | "open" | "unknown";

/**
 * `met` or `missed` only when the whole interval lies on one side; `open` when the target lies inside it, so that
 * more evidence is needed; `unknown` without a value.
 */
export function verdict(estimate: Measured, target: number): Verdict {
  const { value } = estimate;
  if (typeof value !== "number" || !Number.isFinite(value)) return "unknown";
  if ((estimate.low ?? value) >= target) return "met";
  return (estimate.high ?? value) < target ? "missed" : "open";
}
