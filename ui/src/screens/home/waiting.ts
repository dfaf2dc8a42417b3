/** What waits in a project, in one sentence, for those who may know its counts. */
import { t } from "../../lib/i18n.svelte";
import type { ProjectCard } from "../../lib/shapes";

type Counts = Pick<ProjectCard, "permissions"> & Partial<ProjectCard>;

export function waitingIn(project: Counts): string | null {
  const { n_items, n_resolved, n_disputed, permissions } = project;
  if (typeof n_items !== "number") return null;
  if (n_items === 0) return t("home.noItems");
  if (n_disputed && permissions.includes("review")) return t("home.disputed", { n: n_disputed });
  const n_open = n_items - (n_resolved ?? 0) - (n_disputed ?? 0);
  return n_open > 0 ? t("home.open", { n: n_open }) : t("home.allResolved");
}
