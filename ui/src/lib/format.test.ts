import { expect, test } from "vitest";
import { formatAgo, formatBytes, formatCertainty, formatEstimate, formatSeconds } from "./format";

test("an estimate is written with its interval", () => {
  const estimate = { value: 0.7123, low: 0.62, high: 0.79, n: 98, needed: null, reason: null };

  expect(formatEstimate(estimate, "share", "en")).toEqual({ value: "71.2%", low: "62.0%", high: "79.0%" });
  expect(formatEstimate(estimate, "coefficient", "de")).toEqual({ value: "0,71", low: "0,62", high: "0,79" });
});

test("a value without evidence, and one that is not a number, is not written at all", () => {
  expect(formatEstimate({ value: null, n: 14, needed: 40 }, "share", "en")).toBeNull();
  expect(formatEstimate({ value: Number.NaN, n: 14 }, "share", "en")).toBeNull();
});

test("nearly sure is not written as sure", () => {
  expect([0.9996, 0.999, 0.5, 0.00001].map((value) => formatCertainty(value, "en"))).toEqual([
    "> 99.9%",
    "99.9%",
    "50.0%",
    "< 0.1%",
  ]);
});

test("durations are written in the units people use", () => {
  expect(formatSeconds(4.21, "en")).toBe("4.2s");
  expect(formatSeconds(59.7, "en")).toBe("60s");
  expect(formatSeconds(185, "en")).toBe("3m 5s");
  expect(formatSeconds(7200, "en")).toBe("2h");
});

test("times past are written relative to now", () => {
  const now = new Date("2026-11-21T12:00:00Z");

  expect(formatAgo("2026-11-21T11:57:10Z", "en", now)).toBe("2 minutes ago");
  expect(formatAgo("2026-11-20T11:00:00Z", "en", now)).toBe("yesterday");
});

test("bytes are written in thousands", () => {
  expect(formatBytes(0, "en")).toBe("0 byte");
  expect(formatBytes(2_560_000, "en")).toBe("2.6 MB");
});
