/** What an entry of a route table says. */
import type { Component } from "svelte";
import type { MessageKey } from "../lib/i18n.svelte";
import type { Params } from "../lib/router.svelte";

export type Screen = Component<{ params: Params }> | Component<Record<string, never>>;

/** Every screen may take the named parts of its address: `let { params }: { params: Params } = $props()`. */
export interface Route {
  path: string;
  title: MessageKey;
  load: () => Promise<{ default: Screen }>;
  /** Open to people who have not signed in. */
  isPublic?: boolean;
  /** The screen fills the window and scrolls by itself (work, review). */
  isFull?: boolean;
}
