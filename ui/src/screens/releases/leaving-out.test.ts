import { expect, test } from "vitest";
import type { Gate } from "../../lib/shapes-lead";
import { wayOut } from "./leaving-out";

function aGate(failed: string[], n_undecided = 0): Gate {
  const names = ["gold_accuracy", "agreement", "decided"];
  const checks = names.map((name) => ({
    name,
    title: name,
    passed: !failed.includes(name),
    figure: "",
    target: "",
    advice: "",
    figure_code: "",
    advice_code: "",
    values: {},
  }));
  return { passed: failed.length === 0, checks, n_undecided };
}

test("a release leaves freely when every check passes", () => {
  expect(wayOut(aGate([]))).toBe("free");
});

test("undecided items alone may be left out", () => {
  expect(wayOut(aGate(["decided"], 12))).toBe("leaveOut");
});

test("nothing is offered when another check fails as well", () => {
  expect(wayOut(aGate(["decided", "gold_accuracy"], 12))).toBe("blocked");
  expect(wayOut(aGate(["gold_accuracy"]))).toBe("blocked");
});
