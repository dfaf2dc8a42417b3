import { expect, test } from "vitest";
import { columnsFor, keyOfClass } from "./class-keys";

test("the first nine classes have 1 to 9, the tenth has 0, others have none", () => {
  expect([0, 8, 9, 10].map(keyOfClass)).toEqual(["1", "9", "0", undefined]);
});

test("a class that is not in the list has no key", () => {
  expect(keyOfClass(-1)).toBeUndefined();
});

test("rows of buttons are as even as they can be", () => {
  expect([1, 2, 5, 6, 7, 8, 10].map(columnsFor)).toEqual([1, 2, 5, 3, 4, 4, 5]);
});
