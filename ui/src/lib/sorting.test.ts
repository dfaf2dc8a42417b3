import { expect, test } from "vitest";
import { sorted, turned } from "./sorting";

const rows = [
  { name: "item 10", accuracy: 0.9 },
  { name: "Item 2", accuracy: null },
  { name: "ärger", accuracy: 0.7 },
];

test("rows without a value come last in both directions", () => {
  expect(sorted(rows, (row) => row.accuracy, "up").map((row) => row.accuracy)).toEqual([0.7, 0.9, null]);
  expect(sorted(rows, (row) => row.accuracy, "down").map((row) => row.accuracy)).toEqual([0.9, 0.7, null]);
});

test("names are sorted as people read them: numbers by size, case and accents aside", () => {
  expect(sorted(rows, (row) => row.name, "up", "de").map((row) => row.name)).toEqual([
    "ärger",
    "Item 2",
    "item 10",
  ]);
});

test("equal rows keep their order", () => {
  const same = [
    { id: 1, n: 5 },
    { id: 2, n: 5 },
    { id: 3, n: 5 },
  ];

  expect(sorted(same, (row) => row.n, "down").map((row) => row.id)).toEqual([1, 2, 3]);
});

test("the same column turns around, another one starts afresh", () => {
  expect(turned({ column: "name", direction: "up" }, "name", "up").direction).toBe("down");
  expect(turned({ column: "name", direction: "up" }, "n", "down")).toEqual({
    column: "n",
    direction: "down",
  });
});
