/** Which screen an address opens. Screens are fetched when first opened, so that Work stays small. */
import { matchPath, type Params } from "../lib/router.svelte";
import type { Route } from "./route";
import { leadRoutes } from "./routes-lead";

export const routes: Route[] = [...leadRoutes];

export function routeFor(path: string): { route: Route; params: Params } | null {
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params) return { route, params };
  }
  return null;
}
