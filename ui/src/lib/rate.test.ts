import { expect, test } from "vitest";
import { rateOf, withSample, type ProgressSample } from "./rate";

test("the rate is what was done in the time seen, and the rest follows from it", () => {
  const samples = [
    { at: 0, n_done: 100 },
    { at: 2000, n_done: 300 },
  ];

  expect(rateOf(samples, 1000)).toEqual({ perSecond: 100, secondsLeft: 7 });
});

test("one sample, or two at nearly the same moment, tell no rate", () => {
  expect(rateOf([{ at: 0, n_done: 5 }], 10)).toBeNull();
  expect(
    rateOf(
      [
        { at: 0, n_done: 5 },
        { at: 100, n_done: 9 },
      ],
      10,
    ),
  ).toBeNull();
});

test("work that stands still has no remaining time instead of an infinite one", () => {
  const samples = [
    { at: 0, n_done: 5 },
    { at: 1000, n_done: 5 },
  ];

  expect(rateOf(samples, 10)).toEqual({ perSecond: 0, secondsLeft: null });
});

test("an unknown total leaves the remaining time open", () => {
  const samples = [
    { at: 0, n_done: 0 },
    { at: 1000, n_done: 5 },
  ];

  expect(rateOf(samples, null)?.secondsLeft).toBeNull();
});

test("samples older than the window are forgotten", () => {
  const samples: ProgressSample[] = [
    { at: 0, n_done: 0 },
    { at: 15_000, n_done: 10 },
  ];

  expect(withSample(samples, { at: 25_000, n_done: 20 })).toEqual([
    { at: 15_000, n_done: 10 },
    { at: 25_000, n_done: 20 },
  ]);
});

test("work that begins anew begins a new series", () => {
  expect(withSample([{ at: 0, n_done: 50 }], { at: 1000, n_done: 2 })).toEqual([{ at: 1000, n_done: 2 }]);
});
