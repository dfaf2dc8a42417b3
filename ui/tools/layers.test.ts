import { expect, test } from "vitest";
import { objection } from "./layers.mjs";

test.each([
  ["app/app.svelte", "../screens/work/work.svelte"],
  ["screens/work/work.svelte", "../../editors/spans.svelte"],
  ["screens/work/work.svelte", "./spec-panel.svelte"],
  ["screens/work/parts/keys.ts", "../work.svelte"],
  ["screens/work/work.svelte", "../../lib/api/client"],
  ["editors/boxes.svelte", "../lib/geometry/boxes"],
  ["editors/boxes.svelte", "../locales"],
  ["main.ts", "./app/app.svelte"],
])("%s may import %s", (file, specifier) => {
  expect(objection(file, specifier)).toBeNull();
});

test.each([
  ["lib/keys.ts", "../components/button.svelte", "may not import components"],
  ["editors/boxes.svelte", "../screens/work/work.svelte", "may not import screens"],
  ["editors/boxes.svelte", "../charts/trend.svelte", "do not know each other"],
  ["editors/boxes.svelte", "../lib/api/client", "know no server"],
  ["screens/work/work.svelte", "../review/queue.svelte", "screens do not import each other"],
  ["screens/work.svelte", "./review.svelte", "screens do not import each other"],
  ["lib/keys.ts", "../helpers/keys", "not a layer"],
  ["app/app.svelte", "../../vite.config", "leaves src"],
])("%s may not import %s", (file, specifier, reason) => {
  expect(objection(file, specifier)).toContain(reason);
});
