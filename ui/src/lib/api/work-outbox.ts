/** The outbox of the signed-in person: one per page, whatever screen is open. */
import { keyedStore } from "../keyed-store";
import { Outbox, type Letter } from "../outbox.svelte";
import type { SubmitReceipt } from "../shapes";
import { api, ask } from "./client";

/** Claims to hold at once: the one in view and those fetched ahead. */
export const HOLD = 4;

export type WorkOutbox = Outbox<SubmitReceipt>;

const outboxes = new Map<number, WorkOutbox>();

export function outboxOf(accountId: number): WorkOutbox {
  const known = outboxes.get(accountId);
  if (known) return known;
  const outbox: WorkOutbox = new Outbox({ store: keyedStore<Letter>(`karat.outbox.${accountId}.`), send });
  outboxes.set(accountId, outbox);
  return outbox;
}

function send(letter: Letter): Promise<SubmitReceipt> {
  const params = { path: { assignment_id: letter.id } };
  if (letter.kind === "skip") {
    const body = { reason: letter.reason, hold: HOLD };
    return ask(api.POST("/api/work/{assignment_id}/skip", { params, body }));
  }
  const { label, unsure, reason, durationMs } = letter;
  const body = { label, unsure, reason, duration_ms: Math.round(durationMs), hold: HOLD };
  return ask(api.POST("/api/work/{assignment_id}/submit", { params, body }));
}
