/** What happens while somebody reviews: the list, the item in view, and the decision being made. */
import { messageOf } from "../../lib/errors";
import type { ReviewItem, ReviewQueue } from "../../lib/shapes";

export type Why = ReviewItem["why"];

export interface Decision {
  label: string | null;
  undecidable: boolean;
  note: string;
}

export interface ReviewServer {
  queue(why: Why | null): Promise<ReviewQueue>;
  decide(itemId: number, decision: Decision): Promise<unknown>;
}

export interface ReviewNews {
  decided: (item: ReviewItem, decision: Decision) => void;
  failed: (item: ReviewItem, message: string) => void;
}

/** The list is read again when it gets this short. */
const FEW = 5;

export class ReviewDesk {
  queue = $state.raw<ReviewQueue | null>(null);
  why = $state.raw<Why | null>(null);
  openId = $state<number | null>(null);
  label = $state<string | null>(null);
  undecidable = $state(false);
  note = $state("");
  /** What is missing for a decision, once somebody has tried. */
  lack = $state<"choice" | "note" | null>(null);
  failure = $state.raw<unknown>(null);

  #server: ReviewServer;
  #news: ReviewNews;
  /** Decided here: not to be shown again by a list from before. */
  #decided = new Set<number>();
  #n_asked = 0;

  constructor(server: ReviewServer, news: ReviewNews) {
    [this.#server, this.#news] = [server, news];
  }

  get items(): readonly ReviewItem[] {
    return this.queue?.items ?? [];
  }

  get item(): ReviewItem | null {
    return this.items.find(({ id }) => id === this.openId) ?? this.items[0] ?? null;
  }

  get index(): number {
    return this.items.findIndex(({ id }) => id === this.item?.id);
  }

  /** Read a queue; null is all of them. The last one asked for is the one shown. */
  async load(why: Why | null = this.why): Promise<void> {
    this.why = why;
    this.failure = null;
    this.#n_asked += 1;
    const asked = this.#n_asked;
    try {
      const queue = await this.#server.queue(why);
      if (asked === this.#n_asked) this.#show(queue);
    } catch (error) {
      if (asked === this.#n_asked) this.failure = error;
    }
  }

  open(id: number | null): void {
    if (id === this.item?.id) return;
    this.openId = id;
    this.#clear();
  }

  move(step: 1 | -1): void {
    const next = this.items[this.index + step];
    if (next) this.open(next.id);
  }

  choose(label: string): void {
    [this.label, this.undecidable, this.lack] = [label, false, null];
  }

  chooseNone(): void {
    [this.label, this.undecidable, this.lack] = [null, true, null];
  }

  /** Decide the item in view. The next one is in view at once; a refused decision brings the item back. */
  async decide(): Promise<void> {
    const item = this.item;
    if (!item) return;
    const decision = { label: this.label, undecidable: this.undecidable, note: this.note.trim() };
    this.lack = lackOf(decision);
    if (this.lack) return;
    this.#takeOut(item);
    try {
      await this.#server.decide(item.id, decision);
      this.#news.decided(item, decision);
      if (this.items.length < FEW) await this.load();
    } catch (error) {
      this.#news.failed(item, messageOf(error));
      this.#bringBack(item, decision);
    }
  }

  #show(queue: ReviewQueue): void {
    const before = this.item?.id;
    const items = queue.items.filter(({ id }) => !this.#decided.has(id));
    this.queue = { ...queue, items };
    if (before !== this.item?.id) this.#clear();
  }

  #takeOut(item: ReviewItem): void {
    const next = this.items[this.index + 1] ?? this.items[this.index - 1];
    this.#decided.add(item.id);
    this.#count(item.why, -1);
    if (this.queue) this.queue = { ...this.queue, items: this.items.filter(({ id }) => id !== item.id) };
    this.openId = next?.id ?? null;
    this.#clear();
  }

  #bringBack(item: ReviewItem, decision: Decision): void {
    this.#decided.delete(item.id);
    this.#count(item.why, 1);
    if (this.queue) this.queue = { ...this.queue, items: [item, ...this.items] };
    this.openId = item.id;
    [this.label, this.undecidable, this.note] = [decision.label, decision.undecidable, decision.note];
  }

  #count(why: Why, change: 1 | -1): void {
    if (!this.queue) return;
    const name = `n_${why}` as const;
    const { n_waiting } = this.queue;
    this.queue = { ...this.queue, n_waiting: n_waiting + change, [name]: this.queue[name] + change };
  }

  #clear(): void {
    [this.label, this.undecidable, this.note, this.lack] = [null, false, "", null];
  }
}

function lackOf({ label, undecidable, note }: Decision): "choice" | "note" | null {
  if (label === null && !undecidable) return "choice";
  return undecidable && !note ? "note" : null;
}
