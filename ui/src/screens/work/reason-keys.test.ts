import { expect, test } from "vitest";
import { askedBy, type ReasonPlace } from "./reason-keys";

const just: ReasonPlace = { inWords: false, on: null };
const inWords: ReasonPlace = { inWords: true, on: null };

function press(key: string, place: ReasonPlace = just, ctrlKey = false) {
  return askedBy({ key, ctrlKey, metaKey: false, altKey: false }, place, 4);
}

test("a number picks a suggestion, as the classes are picked", () => {
  expect(press("1")).toEqual({ pick: 0 });
  expect(press("4", { inWords: false, on: "suggestion" })).toEqual({ pick: 3 });
});

test("whoever begins to write does so in the field for it, Space included", () => {
  for (const key of ["t", "Ü", "字", "5", " ", "Dead", "Process"]) expect(press(key)).toBe("write");
  expect(press("t", { inWords: false, on: "suggestion" })).toBe("write");
});

test("while one writes, every key writes, and only Ctrl+Enter sends", () => {
  for (const key of ["1", " ", "t", "Enter"]) expect(press(key, inWords)).toBeNull();
  expect(press("Enter", inWords, true)).toBe("send");
});

test("Enter sends, but on a button it presses the button", () => {
  expect(press("Enter")).toBe("send");
  expect(press("Enter", { inWords: false, on: "suggestion" })).toBe("send");
  expect(press("Enter", { inWords: false, on: "button" })).toBeNull();
});

test("Space presses the button one has gone to", () => {
  expect(press(" ", { inWords: false, on: "suggestion" })).toBeNull();
  expect(press(" ", { inWords: false, on: "button" })).toBeNull();
});

test("keys that move, and chords, are left to the browser", () => {
  for (const key of ["Tab", "ArrowDown", "Escape", "F5", "Shift"]) expect(press(key)).toBeNull();
  expect(press("c", just, true)).toBeNull();
});
