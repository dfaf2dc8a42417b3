import { expect, test } from "vitest";
import { barRows } from "./bar-rows";

test("short names stand beside their bars, a row each", () => {
  const { rows, left, height } = barRows(["spam", "fine"], 400);

  expect(rows.map(({ top, lines }) => [top, lines])).toEqual([
    [0, ["spam"]],
    [24, ["fine"]],
  ]);
  expect(left).toBeGreaterThan(0);
  expect(height).toBe(48);
});

test("names that are too long for that stand above their bars, in full", () => {
  const long = "Transfer failed or returned – Unrecognised payment with card";
  const { rows, left } = barRows([long, "fine"], 300);

  expect(left).toBe(0);
  expect(rows[0]!.lines.length).toBeGreaterThan(1);
  expect(rows[0]!.lines.join(" ")).toBe(long);
  expect(rows[1]!.top).toBe(rows[0]!.height);
  expect(rows[0]!.bar).toBeGreaterThanOrEqual(rows[0]!.lines.length * 16);
});
