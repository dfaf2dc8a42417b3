import { expect, test } from "vitest";
import { choices } from "./palette-choices";
import { placesFor } from "./project-places";
import { routeFor } from "./routes";

const annotator = ["annotate", "read_spec"];

test("the ways in are open to people who have not signed in, and nothing else is", () => {
  expect(routeFor("/enter/abc")).toMatchObject({ params: { token: "abc" }, route: { isPublic: true } });
  expect(routeFor("/invitation/abc")?.route.isPublic).toBe(true);
  expect(routeFor("/projects/3/work")?.route.isPublic).toBeUndefined();
});

test("an address that leads nowhere is no route", () => {
  expect(routeFor("/nowhere")).toBeNull();
});

test("an annotator sees labeling only", () => {
  expect(placesFor(annotator).map(({ name }) => name)).toEqual(["work"]);
});

test("the palette finds by all words typed, in commands and in places of projects", () => {
  const lists = [
    {
      title: () => "Work",
      commands: () => [
        {
          id: "submit",
          label: () => "Submit and next",
          keys: ["Enter"],
          run: () => {},
          isApplicable: () => true,
          isPossible: () => true,
        },
        { id: "redo", label: () => "Redo", run: () => {}, isApplicable: () => true, isPossible: () => false },
      ],
    },
  ];
  const project = { id: 3, name: "Bank", permissions: annotator } as Parameters<typeof choices>[1][number];
  const found = (typed: string) => choices(lists, [project], typed, () => {}).map(({ label }) => label);

  expect(found("")).toEqual(["Submit and next", "Label"]);
  expect(found("next submit")).toEqual(["Submit and next"]);
  expect(found("bank label")).toEqual(["Label"]);
});

test("the palette puts the project one is in before the others, which keep their order", () => {
  const cards = [5, 4, 3].map((id) => ({ id, name: `Project ${id}`, permissions: annotator }));
  const projects = cards as unknown as Parameters<typeof choices>[1];
  const groups = (here?: number) => choices([], projects, "label", () => {}, here).map(({ group }) => group);

  expect(groups(4)).toEqual(["Project 4", "Project 5", "Project 3"]);
  expect(groups(NaN)).toEqual(["Project 5", "Project 4", "Project 3"]);
});
