import { expect, test } from "vitest";
import { href } from "../../lib/router.svelte";
import { isFiltered, queryOf, refiltered, wantedOf } from "./filters";

const wanted = (text: string) => wantedOf(new URLSearchParams(text));

test("a link with filters says the same after being read", () => {
  const address = href("/items", queryOf(wanted("state=disputed&q=card lost&given=a,b&gold=true&cursor=50")));

  expect(address).toBe("#/items?state=disputed&q=card+lost&given=a%2Cb&gold=true&cursor=50");
  expect(wanted(address.split("?")[1]!)).toEqual(
    wanted("state=disputed&q=card lost&given=a,b&gold=true&cursor=50"),
  );
});

test("an unknown state is no filter", () => {
  expect(wanted("state=broken&gold=perhaps")).toEqual({
    state: "",
    q: "",
    label: "",
    given: "",
    gold: false,
    cursor: "",
  });
});

test("another filter leads back to the first page", () => {
  expect(refiltered(wanted("state=open&cursor=50"), { q: "x" })).toMatchObject({
    state: "open",
    q: "x",
    cursor: "",
  });
});

test("a page of the whole list is not a filter", () => {
  expect(isFiltered(wanted("cursor=50"))).toBe(false);
  expect(isFiltered(wanted("label=spam"))).toBe(true);
});
