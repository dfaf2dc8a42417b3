/**
 * Screens of leads and engineers: /projects/new and /projects/:id/ with overview, items, items/:itemId, releases,
 * people, spec, settings and import.
 */
import type { Route } from "./route";

export const leadRoutes: Route[] = [
  {
    path: "/projects/new",
    title: "wizard.title",
    load: () => import("../screens/new-project/new-project.svelte"),
  },
  {
    path: "/projects/:id/import",
    title: "wizard.importTitle",
    load: () => import("../screens/new-project/import-items.svelte"),
  },
  {
    path: "/projects/:id/overview",
    title: "shell.overview",
    load: () => import("../screens/overview/overview.svelte"),
  },
  { path: "/projects/:id/items", title: "items.title", load: () => import("../screens/items/items.svelte") },
  {
    path: "/projects/:id/items/:itemId",
    title: "items.item",
    load: () => import("../screens/item/item.svelte"),
  },
  {
    path: "/projects/:id/releases",
    title: "releases.title",
    load: () => import("../screens/releases/releases.svelte"),
  },
  {
    path: "/projects/:id/people",
    title: "people.title",
    load: () => import("../screens/people/people.svelte"),
  },
  { path: "/projects/:id/spec", title: "spec.title", load: () => import("../screens/spec/spec.svelte") },
  {
    path: "/projects/:id/settings",
    title: "settings.title",
    load: () => import("../screens/settings/settings.svelte"),
  },
];
