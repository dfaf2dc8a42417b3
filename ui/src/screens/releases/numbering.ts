/** Which number a release takes. */
import type { Release } from "../../lib/shapes-lead";

/** One after the last that has one: a refused attempt has given its number back. */
export function numberOfNext(releases: readonly Pick<Release, "number" | "state">[]): number {
  return Math.max(0, ...releases.filter((one) => one.state !== "refused").map((one) => one.number)) + 1;
}
