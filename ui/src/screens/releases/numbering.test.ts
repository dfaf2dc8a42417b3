import { expect, test } from "vitest";
import { numberOfNext } from "./numbering";

test("the first release is number 1, however many attempts were refused", () => {
  expect(numberOfNext([])).toBe(1);
  expect(
    numberOfNext([
      { number: 1, state: "refused" },
      { number: 1, state: "refused" },
    ]),
  ).toBe(1);
});

test("the next release follows the last published one", () => {
  expect(
    numberOfNext([
      { number: 3, state: "refused" },
      { number: 2, state: "published" },
      { number: 1, state: "published" },
    ]),
  ).toBe(3);
});
