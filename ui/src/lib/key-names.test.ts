import { expect, test } from "vitest";
import { chordParts, keyNames } from "./key-names";

test("a plus at the end of a chord, or alone, is the key itself", () => {
  expect(chordParts("+")).toEqual(["+"]);
  expect(chordParts("Ctrl++")).toEqual(["Ctrl", "+"]);
  expect(chordParts("Ctrl+Shift+Z")).toEqual(["Ctrl", "Shift", "Z"]);
});

test("keys are named by the words on them, and on a Mac by its signs", () => {
  expect(keyNames("Ctrl+ArrowLeft", false)).toEqual(["Ctrl", "←"]);
  expect(keyNames("Ctrl+d", true)).toEqual(["⌘", "D"]);
});
