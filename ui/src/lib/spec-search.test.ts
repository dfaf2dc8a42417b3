import { expect, test } from "vitest";
import type { Spec } from "./shapes";
import { classNamed, searchClasses, searchSpec } from "./spec-search";

const spec: Spec = {
  question: "What is it?",
  purpose: "",
  classes: [
    {
      key: "refund",
      name: "Refund",
      definition: "Money back.",
      include: [{ text: "Where is my café money?", note: "" }],
      exclude: [],
    },
    { key: "card", name: "Lost card", definition: "Gone.", include: [], exclude: [] },
  ],
  rules: [{ id: "R2", text: "A fee named in passing is not a charge." }],
  unsure: "",
};

test("every typed word must occur, in the name, the definition or an example", () => {
  expect(searchSpec(spec, "money back").classes.map(({ key }) => key)).toEqual(["refund"]);
  expect(searchSpec(spec, "money gone").isEmpty).toBe(true);
});

test("case and accents do not matter", () => {
  expect(searchSpec(spec, "CAFE").classes).toHaveLength(1);
});

test("rules are found by their id", () => {
  expect(searchSpec(spec, "r2").rules).toHaveLength(1);
});

test("classes that begin with what was typed come first", () => {
  const classes = ["Wildcat", "Cat", "Dog"].map((name) => ({
    key: name,
    name,
    definition: "",
    include: [],
    exclude: [],
  }));

  expect(searchClasses(classes, "cat").map(({ name }) => name)).toEqual(["Cat", "Wildcat"]);
});

test("a class that is gone from the spec is shown by its key", () => {
  expect(classNamed(spec, "card")).toBe("Lost card");
  expect(classNamed(spec, "old")).toBe("old");
});
