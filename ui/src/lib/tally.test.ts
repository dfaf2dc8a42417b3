import { expect, test } from "vitest";
import { counted, pace, running } from "./tally";

const HOUR_MS = 3_600_000;

test("answers add up within a work session", () => {
  const first = counted(null, "submit", 4_000, 0);
  const second = counted(first, "submit", 6_000, 10_000);

  expect(second).toEqual({ n_answers: 2, n_skips: 0, activeMs: 10_000, at: 10_000 });
});

test("a skip is no answer, but time at work", () => {
  const kept = { n_answers: 7, activeMs: 60_000, at: 0 };

  expect(counted(kept, "skip", 5_000, 9)).toEqual({ n_answers: 7, n_skips: 1, activeMs: 65_000, at: 9 });
});

test("half an hour without an answer ends the work session", () => {
  const before = { n_answers: 9, activeMs: 90_000, at: 0 };

  expect(running(before, 29 * 60_000).n_answers).toBe(9);
  expect(running(before, 31 * 60_000).n_answers).toBe(0);
});

test("a pace is answers per hour of active time, and says nothing after four answers", () => {
  expect(pace({ n_answers: 60, activeMs: HOUR_MS / 2, at: 0 })).toBe(120);
  expect(pace({ n_answers: 4, activeMs: 10_000, at: 0 })).toBeNull();
});
