import { expect, test } from "vitest";
import type { ItemRow } from "../../lib/shapes-lead";
import { labelOf } from "./labels";

const item: ItemRow = {
  id: 1,
  key: "a",
  content: {},
  state: "resolved",
  n_answers: 0,
  n_unsure: 0,
  n_skips: 0,
  is_measured: false,
};
const consensus = { label: "fine", certainty: 0.9, probabilities: { fine: 0.9 }, n_answers: 2 };
const resolution = { label: "toxic", note: "", by: "Lea", at: "2026-01-01T00:00:00Z" };
const gold = { kind: "gold", label: "toxic", provenance: "" } as const;

test("a gold item nobody has answered has its gold label", () => {
  expect(labelOf({ ...item, gold })).toEqual({ key: "toxic", source: "gold", certainty: null });
});

test("gold stands above a decision, and a decision above the consensus", () => {
  expect(labelOf({ ...item, gold, resolution: { ...resolution, label: "fine" } }).source).toBe("gold");
  expect(labelOf({ ...item, resolution, consensus })).toEqual({
    key: "toxic",
    source: "decision",
    certainty: null,
  });
});

test("a reference label decides nothing", () => {
  const reference = { ...gold, kind: "reference" } as const;

  expect(labelOf({ ...item, gold: reference }).source).toBeNull();
  expect(labelOf({ ...item, gold: reference, consensus })).toMatchObject({ key: "fine", certainty: 0.9 });
});

test("an item may be decided to have no label", () => {
  expect(labelOf({ ...item, resolution: { ...resolution, label: null } })).toMatchObject({
    key: null,
    source: "decision",
  });
});
