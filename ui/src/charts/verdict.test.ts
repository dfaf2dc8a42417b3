import { expect, test } from "vitest";
import { verdict } from "./verdict";

test("a target is met only when the whole interval is above it", () => {
  expect(verdict({ value: 0.9, low: 0.85, high: 0.95 }, 0.8)).toBe("met");
  expect(verdict({ value: 0.9, low: 0.75, high: 0.95 }, 0.8)).toBe("open");
});

test("a target is missed only when the whole interval is below it", () => {
  expect(verdict({ value: 0.7, low: 0.6, high: 0.79 }, 0.8)).toBe("missed");
  expect(verdict({ value: 0.7, low: 0.6, high: 0.82 }, 0.8)).toBe("open");
});

test("without a value nothing is said", () => {
  expect(verdict({ value: null }, 0.8)).toBe("unknown");
});
