/** The commands that are possible right now: the shell's and those of the screen on top. */
import { commandFor, placeOf, type BoundCommand } from "./commands";

export interface CommandList {
  title: () => string;
  commands: () => readonly BoundCommand[];
}

class Registry {
  lists = $state.raw<readonly CommandList[]>([]);
  /** The truth, apart from the state: while a screen is taken down, state reads as it was before the next came up. */
  #all: readonly CommandList[] = [];

  add(list: CommandList): () => void {
    this.#set([...this.#all, list]);
    return () => this.#set(this.#all.filter((one) => one !== list));
  }

  #set(lists: readonly CommandList[]): void {
    this.#all = lists;
    this.lists = lists;
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
  $effect.pre(() => registry.add({ title, commands }));
}
