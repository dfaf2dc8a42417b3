import { expect, test } from "vitest";
import { href, matchPath, parseAddress } from "./router.svelte";

test("an address has a path and a query", () => {
  const { path, query } = parseAddress("#/projects/3/items?state=open&q=a%20b");

  expect(path).toBe("/projects/3/items");
  expect(query.get("state")).toBe("open");
  expect(query.get("q")).toBe("a b");
});

test("nothing, a bare hash and doubled slashes all lead somewhere", () => {
  expect(parseAddress("").path).toBe("/");
  expect(parseAddress("#").path).toBe("/");
  expect(parseAddress("#//account/").path).toBe("/account");
});

test("the named parts of a pattern are taken from the path", () => {
  expect(matchPath("/projects/:id/items/:itemId", "/projects/3/items/9")).toEqual({ id: "3", itemId: "9" });
  expect(matchPath("/projects/:id/work", "/projects/3/review")).toBeNull();
  expect(matchPath("/projects/:id", "/projects/3/work")).toBeNull();
});

test("a mistyped percent sign does not throw", () => {
  expect(matchPath("/enter/:token", "/enter/50%")).toEqual({ token: "50%" });
});

test("empty values are left out of an address", () => {
  expect(href("/projects/3/items", { state: "open", q: "", gold: undefined, cursor: null })).toBe(
    "#/projects/3/items?state=open",
  );
});
