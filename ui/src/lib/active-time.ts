/**
 * Time spent at the work, not time on the clock: it stands still while the page is hidden or out of focus, and after
 * a minute without any sign of the person.
 */
export const IDLE_AFTER_MS = 60_000;

export class ActiveTime {
  #spentMs: number;
  /** The last sign of the person, or null while away. */
  #seenAt: number | null;

  constructor(now: number, spentMs = 0) {
    this.#spentMs = spentMs;
    this.#seenAt = now;
  }

  /** A key, a pointer, a scroll. */
  touch(now: number): void {
    this.#spentMs = this.spent(now);
    this.#seenAt = now;
  }

  /** The page is hidden or another window has the focus. */
  leave(now: number): void {
    this.#spentMs = this.spent(now);
    this.#seenAt = null;
  }

  /** Active milliseconds so far. Thinking without touching anything counts up to a minute. */
  spent(now: number): number {
    const since = this.#seenAt === null ? 0 : Math.max(0, now - this.#seenAt);
    return this.#spentMs + Math.min(since, IDLE_AFTER_MS);
  }

  get isAway(): boolean {
    return this.#seenAt === null;
  }
}
