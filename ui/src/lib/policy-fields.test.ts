import { expect, test } from "vitest";
import { DEFAULT_POLICY, POLICY_GROUPS, policyProblems, shownValue, storedValue } from "./policy-fields";

test("the defaults are without problems", () => {
  expect(policyProblems(DEFAULT_POLICY)).toEqual([]);
});

test("every field of the policy is shown exactly once", () => {
  const fields = POLICY_GROUPS.flatMap(({ fields }) => fields.map(({ field }) => field));

  expect(fields.toSorted()).toEqual(Object.keys(DEFAULT_POLICY).toSorted());
});

test("a value outside its bounds is named with the bounds as they are shown", () => {
  expect(policyProblems({ ...DEFAULT_POLICY, gold_share: 1.2 })[0]).toEqual({
    field: "gold_share",
    code: "range",
    low: 0,
    high: 100,
  });
});

test("an emptied field and a broken count are problems", () => {
  const problems = policyProblems({ ...DEFAULT_POLICY, overlap: Number.NaN, hold: 2.5 });

  expect(problems.map((problem) => problem.field)).toEqual(["overlap", "hold"]);
});

test("gold and honeypots together are at most half of the work", () => {
  expect(policyProblems({ ...DEFAULT_POLICY, gold_share: 0.3, honeypot_share: 0.3 })).toEqual([
    { field: "gold_share", code: "checks" },
  ]);
});

test("a share is shown in per cent and comes back as it was", () => {
  for (const value of [0, 0.05, 0.07, 0.333, 1])
    expect(storedValue(shownValue(value, "share"), "share")).toBe(value);
  expect(shownValue(0.07, "share")).toBe(7);
  expect(shownValue(900, "seconds")).toBe(900);
});
