/** The filters of the list of items, as they stand in the address. */
import type { ItemsWanted } from "../../lib/api/project-queries";
import type { QueryValues } from "../../lib/router.svelte";

const STATES = ["open", "disputed", "resolved"] as const;
export type StateName = (typeof STATES)[number];

/** Unknown values are dropped: a mistyped link shows more, never an error. */
export function wantedOf(query: URLSearchParams): ItemsWanted {
  const state = query.get("state") ?? "";
  return {
    state: (STATES as readonly string[]).includes(state) ? state : "",
    q: query.get("q") ?? "",
    label: query.get("label") ?? "",
    given: query.get("given") ?? "",
    gold: query.get("gold") === "true",
    cursor: query.get("cursor") ?? "",
  };
}

export function queryOf(wanted: ItemsWanted): QueryValues {
  return { ...wanted, gold: wanted.gold ? "true" : "" };
}

/** The list with other filters begins at its first page. */
export function refiltered(wanted: ItemsWanted, change: Partial<ItemsWanted>): ItemsWanted {
  return { ...wanted, cursor: "", ...change };
}

export function isFiltered(wanted: ItemsWanted): boolean {
  return Boolean(wanted.state || wanted.q || wanted.label || wanted.given || wanted.gold);
}
