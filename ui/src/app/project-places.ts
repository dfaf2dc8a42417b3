/** The places of a project that a person may go to, in the order of the navigation. */
import type { MessageKey } from "../lib/i18n.svelte";

export interface Place {
  name: string;
  title: MessageKey;
  /** Any one of these opens the place. */
  permissions: readonly string[];
}

const PLACES: readonly Place[] = [
  { name: "work", title: "shell.work", permissions: ["annotate"] },
  { name: "review", title: "shell.review", permissions: ["review"] },
  { name: "overview", title: "shell.overview", permissions: ["read_quality"] },
  { name: "items", title: "shell.items", permissions: ["read_items"] },
  { name: "releases", title: "shell.releases", permissions: ["read_releases"] },
  { name: "people", title: "shell.people", permissions: ["manage_people"] },
  // Annotators have the spec beside their work, where it belongs.
  { name: "spec", title: "shell.spec", permissions: ["read_items", "read_quality", "edit_project"] },
  { name: "settings", title: "shell.settings", permissions: ["edit_project"] },
];

export function placesFor(permissions: readonly string[]): readonly Place[] {
  return PLACES.filter((place) => place.permissions.some((one) => permissions.includes(one)));
}
