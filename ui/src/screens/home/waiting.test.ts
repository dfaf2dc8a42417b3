import { expect, test } from "vitest";
import { waitingIn } from "./waiting";

const counts = { n_items: 300, n_resolved: 200, n_disputed: 12, permissions: ["review"] };

test("those who review are told of disputed items, others of open ones", () => {
  expect(waitingIn(counts)).toBe("12 disputed items wait for review");
  expect(waitingIn({ ...counts, permissions: ["read_items"] })).toBe("88 items are still open");
});

test("an empty project says what to do, a finished one that it is", () => {
  expect(waitingIn({ ...counts, n_items: 0 })).toContain("import some first");
  expect(waitingIn({ ...counts, n_resolved: 300, n_disputed: 0 })).toBe("Every item is resolved");
});

test("those who may not know the counts are told nothing", () => {
  expect(waitingIn({ permissions: ["annotate"], n_items: null })).toBeNull();
});
