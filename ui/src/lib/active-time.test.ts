import { expect, test } from "vitest";
import { ActiveTime, IDLE_AFTER_MS } from "./active-time";

test("time counts from touch to touch", () => {
  const time = new ActiveTime(0);

  time.touch(4_000);

  expect(time.spent(7_000)).toBe(7_000);
});

test("after a minute without a sign of the person time stands still", () => {
  const time = new ActiveTime(0);

  expect(time.spent(10 * IDLE_AFTER_MS)).toBe(IDLE_AFTER_MS);

  time.touch(10 * IDLE_AFTER_MS);
  expect(time.spent(10 * IDLE_AFTER_MS + 5_000)).toBe(IDLE_AFTER_MS + 5_000);
});

test("a hidden page counts nothing until it is seen again", () => {
  const time = new ActiveTime(0);

  time.leave(3_000);
  expect(time.spent(50_000)).toBe(3_000);

  time.touch(50_000);
  expect(time.spent(52_000)).toBe(5_000);
});

test("time spent before a reload is not lost", () => {
  expect(new ActiveTime(0, 8_000).spent(1_000)).toBe(9_000);
});
