/** When a release may leave, and what it takes. */
import type { Gate } from "../../lib/shapes-lead";

/** The check that leaving undecided items out satisfies. */
const DECIDED = "decided";

export type Way = "free" | "leaveOut" | "blocked";

/**
 * `free` when every check passes; `leaveOut` when undecided items are all that stands in the way, so that they can be
 * listed as left out instead; `blocked` otherwise.
 */
export function wayOut(gate: Gate): Way {
  if (gate.passed) return "free";
  const failed = gate.checks.filter((check) => !check.passed);
  return gate.n_undecided > 0 && failed.length === 1 && failed[0]?.name === DECIDED ? "leaveOut" : "blocked";
}
