/** What the palette offers, and which of it fits the words typed. */
import type { CommandList } from "../lib/command-registry.svelte";
import { t } from "../lib/i18n.svelte";
import type { ProjectCard } from "../lib/shapes";
import { placesFor } from "./project-places";

export interface Choice {
  id: string;
  label: string;
  group: string;
  keys?: string | undefined;
  run: () => void;
}

/**
 * The screen's commands first, then the shell's, then the places of the project one is in (`here`), then those of the
 * others; every typed word must occur.
 */
export function choices(
  lists: readonly CommandList[],
  projects: readonly ProjectCard[],
  typed: string,
  open: (path: string) => void,
  here?: number,
): Choice[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [
    ...lists.toReversed().flatMap(commandChoices),
    ...projects
      .toSorted((one, other) => Number(other.id === here) - Number(one.id === here))
      .flatMap((one) => placeChoices(one, open)),
  ];
  return all.filter(({ label, group }) =>
    words.every((word) => `${label} ${group}`.toLowerCase().includes(word)),
  );
}

function commandChoices(list: CommandList): Choice[] {
  return list
    .commands()
    .filter((command) => !command.keysOnly && command.isPossible())
    .map((command) => ({
      id: `${list.title()}/${command.id}`,
      label: command.label(),
      group: list.title(),
      keys: command.keys?.[0],
      run: command.run,
    }));
}

function placeChoices(project: ProjectCard, open: (path: string) => void): Choice[] {
  return placesFor(project.permissions).map((place) => ({
    id: `${project.id}/${place.name}`,
    label: t(place.title),
    group: project.name,
    run: () => open(`/projects/${project.id}/${place.name}`),
  }));
}
