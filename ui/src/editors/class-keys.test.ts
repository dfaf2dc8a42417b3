import { expect, test } from "vitest";
import { classAtKey, columnsFor, keyOfClass } from "./class-keys";

const named = (...names: string[]) => names.map((name) => ({ key: `key-${name}`, name }));
const eleven = named(..."abcdefghijk");

test("the first nine classes have 1 to 9, the tenth has 0, others have none", () => {
  expect([0, 8, 9, 10].map((index) => keyOfClass(eleven, index))).toEqual(["1", "9", "0", undefined]);
});

test("classes that are called by digits have those as their keys", () => {
  const classes = named("0", "1", "7");

  expect(classes.map((_, index) => keyOfClass(classes, index))).toEqual(["0", "1", "7"]);
  expect(classAtKey(classes, "7")?.key).toBe("key-7");
  expect(classAtKey(classes, "3")).toBeUndefined();
});

test("one name that is not a digit, and all count from one", () => {
  expect(classAtKey(named("0", "1", "none"), "1")?.key).toBe("key-0");
});

test("a class that is not in the list has no key", () => {
  expect(keyOfClass(eleven, -1)).toBeUndefined();
});

test("rows of buttons are as even as they can be", () => {
  expect([1, 2, 5, 6, 7, 8, 10].map(columnsFor)).toEqual([1, 2, 5, 3, 4, 4, 5]);
});
