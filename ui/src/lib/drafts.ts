/** Answers begun and not yet submitted. They count nowhere, and survive a reload. */
import { keyedStore, type KeyedStore } from "./keyed-store";

export interface Draft {
  id: string;
  label: string | null;
  /** Active time spent on the item so far. */
  durationMs: number;
  /** When it was saved, in milliseconds since 1970. */
  at: number;
}

/** A claim is long gone by then. */
const FORGOTTEN_AFTER_MS = 14 * 24 * 3_600_000;

export interface Drafts {
  get(id: string): Draft | null;
  save(draft: Draft): void;
  remove(id: string): void;
}

export function openDrafts(
  accountId: number,
  now: number,
  store: KeyedStore<Draft> = keyedStore(`karat.draft.${accountId}.`),
): Drafts {
  for (const draft of store.all()) {
    if (now - draft.at > FORGOTTEN_AFTER_MS) store.remove(draft.id);
  }
  return { get: store.get, save: (draft) => store.put(draft.id, draft), remove: store.remove };
}
