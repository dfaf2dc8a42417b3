import { expect, test } from "vitest";
import { mappingOf, mappingProblems, rolesOf, withRole } from "./column-roles";

const found = [
  { name: "key", role: "id" },
  { name: "body", role: "content" },
  { name: "title", role: "content" },
  { name: "is_trap", role: "honeypot" },
  { name: "created", role: "time" },
];

test("the server's guess is taken over, one column per role", () => {
  expect(rolesOf(found)).toEqual({
    key: "id",
    body: "content",
    title: "meta",
    is_trap: "check",
    created: "meta",
  });
});

test("a role moves from the column that had it", () => {
  const roles = withRole(rolesOf(found), "title", "content");

  expect(roles).toMatchObject({ title: "content", body: "meta" });
});

test("any number of columns may be kept without meaning", () => {
  expect(withRole(rolesOf(found), "body", "meta")).toMatchObject({
    body: "meta",
    title: "meta",
    created: "meta",
  });
});

test("the mapping names the column of each role, or none", () => {
  expect(mappingOf(rolesOf(found))).toEqual({
    id: "key",
    content: "body",
    label: null,
    annotator: null,
    gold: null,
    check: "is_trap",
    priority: null,
  });
});

test("a mapping needs content, and labels and annotators need each other", () => {
  const nothing = mappingOf({});

  expect(mappingProblems(nothing)).toEqual(["contentMissing"]);
  expect(mappingProblems({ ...nothing, content: "body", label: "y" })).toEqual(["labelWithoutAnnotator"]);
  expect(mappingProblems({ ...nothing, content: "body", annotator: "who" })).toEqual([
    "annotatorWithoutLabel",
  ]);
  expect(mappingProblems({ ...nothing, content: "body", check: "kind" })).toEqual(["checkWithoutGold"]);
});
