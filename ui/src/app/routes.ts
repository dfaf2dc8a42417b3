/** Which screen an address opens. Screens are fetched when first opened, so that Work stays small. */
import { matchPath, type Params } from "../lib/router.svelte";
import type { Route } from "./route";
import { leadRoutes } from "./routes-lead";

/** Shown in place of any other screen to people who have not signed in. */
export const signInRoute: Route = {
  path: "/sign-in",
  title: "shell.signIn",
  load: () => import("../screens/sign-in/sign-in.svelte"),
  isPublic: true,
};

export const routes: Route[] = [
  { path: "/", title: "shell.home", load: () => import("../screens/home/home.svelte") },
  signInRoute,
  {
    path: "/enter/:token",
    title: "shell.signIn",
    load: () => import("../screens/enter/enter.svelte"),
    isPublic: true,
  },
  {
    path: "/invitation/:token",
    title: "shell.invitation",
    load: () => import("../screens/invitation/invitation.svelte"),
    isPublic: true,
  },
  { path: "/account", title: "shell.account", load: () => import("../screens/account/account.svelte") },
  {
    path: "/projects/:id/work",
    title: "shell.work",
    load: () => import("../screens/work/work.svelte"),
    isFull: true,
  },
  {
    path: "/projects/:id/review",
    title: "shell.review",
    load: () => import("../screens/review/review.svelte"),
    isFull: true,
  },
  ...leadRoutes,
];

export function routeFor(path: string): { route: Route; params: Params } | null {
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params) return { route, params };
  }
  return null;
}
