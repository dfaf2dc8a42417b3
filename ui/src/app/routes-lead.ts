/**
 * Screens of leads and engineers: /projects/new and /projects/:id/ with overview, items, items/:itemId, releases,
 * people, spec and settings.
 */
import type { Route } from "./route";

export const leadRoutes: Route[] = [];
