import { expect, test } from "vitest";
import {
  coefficientDomain,
  everyDay,
  niceCeiling,
  place,
  placeRange,
  rateDomain,
  segments,
  SHARE,
  uprightBars,
  wrapText,
} from "./geometry";

test("a value is placed in proportion and sticks to the ends of its axis", () => {
  expect(place(0.25, SHARE, 200)).toBe(50);
  expect(place(1.4, SHARE, 200)).toBe(200);
  expect(place(-0.2, SHARE, 200)).toBe(0);
});

test("the axis of a coefficient begins at -1 only when something is negative", () => {
  expect(coefficientDomain([0.4, null, 0.2])).toEqual({ low: 0, high: 1 });
  expect(coefficientDomain([0.4, -0.1])).toEqual({ low: -1, high: 1 });
});

test("an estimate without a value has no place, and without bounds it is a point", () => {
  expect(placeRange({ value: null }, SHARE, 100)).toBeNull();
  expect(placeRange({ value: Number.NaN }, SHARE, 100)).toBeNull();
  expect(placeRange({ value: 0.5 }, SHARE, 100)).toEqual({ value: 50, low: 50, high: 50 });
  expect(placeRange({ value: 0.5, low: 0.4, high: 0.7 }, SHARE, 100)).toEqual({
    value: 50,
    low: 40,
    high: 70,
  });
});

test("the axis of a rate is as short as its highest interval allows", () => {
  expect(rateDomain([])).toEqual({ low: 0, high: 0.1 });
  expect(rateDomain([{ value: 0.02, low: 0, high: 0.12 }, { value: null }]).high).toBe(0.2);
  expect(rateDomain([{ value: 0.6, low: 0.3, high: 0.8 }]).high).toBe(1);
});

test("segments lie end to end and fill the width", () => {
  expect(segments([1, 0, 3], 100)).toEqual([
    { start: 0, width: 25 },
    { start: 25, width: 0 },
    { start: 25, width: 75 },
  ]);
  expect(segments([0, 0], 100).map((one) => one.width)).toEqual([0, 0]);
});

test("an axis of counts ends at a round number", () => {
  expect([0, 1, 3, 7, 12, 480, 5000, 5001].map(niceCeiling)).toEqual([1, 1, 5, 10, 20, 500, 5000, 10_000]);
});

test("a single answer on a busy chart is still visible, and none is not", () => {
  const bars = uprightBars([0, 1, 1000], 300, 80, 1000);

  expect(bars.map((bar) => bar.height)).toEqual([0, 1, 80]);
});

test("days without work are filled in with zero", () => {
  const days = everyDay([
    { day: "2026-02-27", n: 4 },
    { day: "2026-03-02", n: 1 },
  ]);

  expect(days).toEqual([
    { day: "2026-02-27", n: 4 },
    { day: "2026-02-28", n: 0 },
    { day: "2026-03-01", n: 0 },
    { day: "2026-03-02", n: 1 },
  ]);
});

test("of a long time only the latest days are shown", () => {
  const days = everyDay([
    { day: "2020-01-01", n: 4 },
    { day: "2026-03-02", n: 1 },
  ]);

  expect(days).toHaveLength(60);
  expect(days.at(-1)?.day).toBe("2026-03-02");
});

test("a text is broken into lines at blanks, and within a word only where it is wider than a line", () => {
  expect(wrapText("short", 100)).toEqual(["short"]);
  expect(wrapText("Card lost or stolen", 70)).toEqual(["Card lost", "or stolen"]);
  expect(wrapText("card_payment_unknown", 84)).toEqual(["card_payment", "_unknown"]);
  expect(wrapText("银行卡付款无法识别", 70)).toEqual(["银行卡付款", "无法识别"]);
});
