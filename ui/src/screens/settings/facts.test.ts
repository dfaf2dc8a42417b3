import { expect, test } from "vitest";
import { factsText } from "./facts";

test("facts are written with their names, without empty ones", () => {
  expect(factsText({ item_id: 41, label: "spam", note: "", reason: null, is_paused: false })).toBe(
    "item id 41, label spam, is paused false",
  );
});

test("a long value is cut", () => {
  expect(factsText({ text: "x".repeat(500) }).length).toBeLessThan(130);
});

test("lists and objects are written as they are", () => {
  expect(factsText({ items: [1, 2] })).toBe("items [1,2]");
});
