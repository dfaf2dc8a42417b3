/** The commands that are possible right now: the shell's and those of the screen on top. */
import { untrack } from "svelte";
import { commandFor, placeOf, type BoundCommand } from "./commands";

export interface CommandList {
  title: () => string;
  commands: () => readonly BoundCommand[];
}

class Registry {
  lists = $state.raw<readonly CommandList[]>([]);

  add(list: CommandList): () => void {
    this.lists = [...this.lists, list];
    return () => (this.lists = this.lists.filter((one) => one !== list));
  }

  /** Do what a key asks for; dialogs keep their keys to themselves. */
  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const command = commandFor(
      event,
      this.lists.map((list) => list.commands()),
      placeOf(event.target),
    );
    if (!command) return;
    event.preventDefault();
    command.run();
  }
}

export const registry = new Registry();

/** Offer commands for as long as the calling component is on screen. */
export function useCommands(title: () => string, commands: () => readonly BoundCommand[]): void {
  // Adding reads and writes the same list; followed, it would go round for ever.
  $effect.pre(() => {
    const remove = untrack(() => registry.add({ title, commands }));
    return () => untrack(remove);
  });
}
