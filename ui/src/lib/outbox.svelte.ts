/**
 * Answers on their way to the server. Each is written to this device first and removed when the server has it, so
 * that neither a reload nor a lost network loses one. Sending again is safe: the server takes the same answer once.
 */
import { messageOf, RequestFailed } from "./errors";
import type { KeyedStore } from "./keyed-store";
import type { WorkItem } from "./shapes";

export interface Letter {
  /** The assignment's; a revision replaces what has not been sent yet. */
  id: string;
  projectId: number;
  kind: "submit" | "skip";
  label: string | null;
  unsure: boolean;
  reason: string;
  durationMs: number;
  /** What was answered, so that a refused answer can still be shown. */
  item: WorkItem;
  /** When it was written, in milliseconds since 1970; also tells two answers to one assignment apart. */
  at: number;
  /** Why the server refused it; it then waits for the person and is not sent again by itself. */
  refusal: string | null;
}

export interface Delivery<Receipt> {
  letter: Letter;
  /** Null when the server refused. */
  receipt: Receipt | null;
  /** When the request was begun. */
  askedAt: number;
}

interface Options<Receipt> {
  store: KeyedStore<Letter>;
  send: (letter: Letter) => Promise<Receipt>;
  now?: () => number;
  /** Wait before trying again. */
  later?: (run: () => void, ms: number) => void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export function waitBefore(n_failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (n_failures - 1));
}

export class Outbox<Receipt> {
  /** Oldest first. */
  letters = $state.raw<readonly Letter[]>([]);
  /** Attempts that failed in a row; above zero means that the server cannot be reached at the moment. */
  n_failures = $state(0);

  #store: KeyedStore<Letter>;
  #send: (letter: Letter) => Promise<Receipt>;
  #now: () => number;
  #later: (run: () => void, ms: number) => void;
  #listeners = new Set<(delivery: Delivery<Receipt>) => void>();
  #isSending = false;

  constructor({
    store,
    send,
    now = Date.now,
    later = (run, ms) => void setTimeout(run, ms),
  }: Options<Receipt>) {
    [this.#store, this.#send, this.#now, this.#later] = [store, send, now, later];
    this.#reread();
  }

  get waiting(): readonly Letter[] {
    return this.letters.filter((letter) => letter.refusal === null);
  }

  get refused(): readonly Letter[] {
    return this.letters.filter((letter) => letter.refusal !== null);
  }

  /** Hear of every answer that the server has taken or refused. */
  listen(listener: (delivery: Delivery<Receipt>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Keep an answer and send it as soon as possible; returns at once. */
  post(letter: Omit<Letter, "at" | "refusal">): void {
    // Never the same moment twice, since it tells a revision from what it replaces.
    const newest = Math.max(0, ...this.letters.map(({ at }) => at));
    this.#store.put(letter.id, { ...letter, at: Math.max(this.#now(), newest + 1), refusal: null });
    this.#reread();
    void this.flush();
  }

  /** Give up a refused answer. */
  discard(id: string): void {
    this.#store.remove(id);
    this.#reread();
  }

  /** Send a refused answer once more. */
  tryAgain(id: string): void {
    const letter = this.#store.get(id);
    if (letter) this.#store.put(id, { ...letter, refusal: null });
    this.#reread();
    void this.flush();
  }

  /** Send what waits, oldest first and one after the other, until nothing waits or the server cannot be reached. */
  async flush(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (let letter = this.#oldest(); letter; letter = this.#oldest()) {
        if (!(await this.#deliver(letter))) break;
      }
    } finally {
      this.#isSending = false;
    }
  }

  /** As the device has it, since another tab may have sent or revised it meanwhile. */
  #oldest(): Letter | undefined {
    this.#reread();
    return this.waiting[0];
  }

  async #deliver(letter: Letter): Promise<boolean> {
    const askedAt = this.#now();
    try {
      const receipt = await this.#send(letter);
      this.n_failures = 0;
      this.#settle(letter, null);
      this.#tell({ letter, receipt, askedAt });
    } catch (error) {
      if (!isRefusal(error)) return this.#waitAndRetry();
      this.n_failures = 0;
      const refused = { ...letter, refusal: messageOf(error) };
      this.#settle(letter, refused);
      this.#tell({ letter: refused, receipt: null, askedAt });
    }
    return true;
  }

  #waitAndRetry(): false {
    this.n_failures += 1;
    this.#later(() => void this.flush(), waitBefore(this.n_failures));
    return false;
  }

  /** Put `after` in the letter's place, unless the person has revised the answer while it was under way. */
  #settle(letter: Letter, after: Letter | null): void {
    if (this.#store.get(letter.id)?.at === letter.at) {
      if (after) this.#store.put(letter.id, after);
      else this.#store.remove(letter.id);
    }
    this.#reread();
  }

  #tell(delivery: Delivery<Receipt>): void {
    for (const listener of this.#listeners) listener(delivery);
  }

  #reread(): void {
    this.letters = this.#store.all().toSorted((one, other) => one.at - other.at);
  }
}

/** Signed out, too many requests, server away: all of that passes. Anything else the server meant. */
function isRefusal(error: unknown): boolean {
  return !(error instanceof RequestFailed) || !(error.isPassing || error.status === 401);
}
