/** The problems of a spec draft in words, and where they belong. */
import { t } from "../lib/i18n.svelte";
import type { SpecProblem } from "../lib/spec-draft";

export function specProblemText(problem: SpecProblem): string {
  const { where: _, code, ...values } = problem;
  return t(`spec.${code}`, values as Record<string, string | number>);
}

export function specProblemAt(problems: readonly SpecProblem[], where: string): string | null {
  const found = problems.find((problem) => problem.where === where);
  return found ? specProblemText(found) : null;
}
