/**
 * What happens while somebody labels: the item in view, the answer being given, and the way back to earlier ones.
 *
 * Law: nothing waits for the network. An answer goes to the outbox and the next item, fetched ahead, is in view in the
 * same turn. What the server says later is merged in behind the item in view.
 */
import { ActiveTime } from "../../lib/active-time";
import type { Drafts } from "../../lib/drafts";
import type { Delivery, Letter, Outbox } from "../../lib/outbox.svelte";
import type {
  RecentAnswer,
  SubmitReceipt,
  WorkAssignment,
  WorkDesk,
  WorkItem,
  WorkStream,
} from "../../lib/shapes";
import { counted, running, type Tally } from "../../lib/tally";
import { Choice } from "./choice.svelte";
import { merged, type Claims } from "./claims";

export interface WorkServer {
  desk(): Promise<WorkDesk>;
  next(): Promise<WorkStream>;
  recent(): Promise<RecentAnswer[]>;
}

export interface WorkOptions {
  server: WorkServer;
  outbox: Outbox<SubmitReceipt>;
  drafts: Drafts;
  tally: { read: () => Tally | null; write: (tally: Tally) => void };
  /** Fetch the media of items that come soon. */
  prefetch: (items: readonly WorkItem[]) => void;
  now: () => number;
}

/** What is in view: the current item, or an earlier answer to be revised. */
export interface Viewed {
  id: string;
  item: WorkItem;
  /** The earlier answer, when this is a revision. */
  earlier: RecentAnswer | null;
}

type Given = Pick<Letter, "kind" | "label" | "unsure" | "reason">;

/** The claims are renewed this often while the person is at work; idle people let them expire. */
const RENEW_AFTER_MS = 120_000;
/** How often to look for new work when there was none. */
const LOOK_AGAIN_AFTER_MS = 30_000;
const RECENT_SHOWN = 20;

export class WorkSession {
  desk = $state.raw<WorkDesk | null>(null);
  /** Claimed and not yet answered, the current one first. */
  stream = $state.raw<readonly WorkAssignment[]>([]);
  /** Own latest answers, newest first. */
  recent = $state.raw<readonly RecentAnswer[]>([]);
  revisingId = $state<string | null>(null);
  tally = $state.raw<Tally>({ n_answers: 0, n_skips: 0, activeMs: 0, at: 0 });
  failure = $state.raw<unknown>(null);
  isLoaded = $state(false);
  /** The server could not be asked for work the last time. */
  isCutOff = $state(false);
  /** Goes up when somebody submits without having chosen. */
  n_nudges = $state(0);
  /** The new spec version, once, when it has changed under the work. */
  newSpec = $state<number | null>(null);
  choice = new Choice();

  #options: WorkOptions;
  #time: ActiveTime;
  #viewedId: string | null = null;
  /** Answered here: never to be shown as open again, even by an answer from before. */
  #answered = new Set<string>();
  #freshest = 0;
  #syncedAt = 0;
  #touchedAt: number;
  #isSyncing = false;

  constructor(options: WorkOptions) {
    this.#options = options;
    this.#touchedAt = options.now();
    this.#time = new ActiveTime(options.now());
    for (const letter of options.outbox.waiting) this.#answered.add(letter.id);
  }

  get outbox(): Outbox<SubmitReceipt> {
    return this.#options.outbox;
  }

  get revisable(): readonly RecentAnswer[] {
    return this.recent.filter((answer) => !answer.skipped);
  }

  get viewed(): Viewed | null {
    const earlier = this.revisable.find((answer) => answer.assignment_id === this.revisingId);
    if (earlier) return { id: earlier.assignment_id, item: earlier.item, earlier };
    const current = this.stream[0];
    return current ? { id: current.id, item: current.item, earlier: null } : null;
  }

  /** How many answers one has gone back; 0 at the current item. */
  get stepsBack(): number {
    return this.revisable.findIndex((answer) => answer.assignment_id === this.revisingId) + 1;
  }

  /** Refused answers of this project, kept until the person has decided about them. */
  get refused(): readonly Letter[] {
    return this.outbox.refused.filter((letter) => letter.projectId === this.desk?.project_id);
  }

  get isDry(): boolean {
    return this.isLoaded && this.stream.length === 0;
  }

  /** Begin: everything needed before the first item, at once. */
  async load(): Promise<void> {
    this.failure = null;
    const { server, tally, now } = this.#options;
    const askedAt = now();
    try {
      const [desk, stream, recent] = await Promise.all([server.desk(), server.next(), server.recent()]);
      this.desk = desk;
      this.tally = running(tally.read(), now());
      this.#takeRecent(recent);
      this.#take(stream, askedAt);
      this.isLoaded = true;
    } catch (error) {
      this.failure = error;
    }
  }

  /** Renew the claims and fetch more. A server that cannot be reached changes nothing in view. */
  async sync(): Promise<void> {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    const askedAt = this.#options.now();
    this.#syncedAt = askedAt;
    try {
      const stream = await this.#options.server.next();
      this.isCutOff = false;
      this.#take(stream, askedAt);
    } catch {
      this.isCutOff = true;
    } finally {
      this.#isSyncing = false;
    }
  }

  /** Called every few seconds. An answer under way renews the claims as well, so nothing is asked beside it. */
  beat(): void {
    const { now } = this.#options;
    if (!this.isLoaded || this.#time.isAway || this.outbox.waiting.length > 0) return;
    const isPresent = now() - this.#touchedAt < RENEW_AFTER_MS;
    const wait = this.isDry || this.isCutOff ? LOOK_AGAIN_AFTER_MS : RENEW_AFTER_MS;
    if ((isPresent || this.isDry) && now() - this.#syncedAt >= wait) void this.sync();
  }

  touch(): void {
    this.#touchedAt = this.#options.now();
    this.#time.touch(this.#touchedAt);
  }

  leave(): void {
    this.#time.leave(this.#options.now());
    this.#saveDraft();
  }

  comeBack(): void {
    this.touch();
    this.beat();
  }

  choose(label: string): void {
    if (!this.viewed) return;
    this.touch();
    this.choice.make(label);
    this.#saveDraft();
  }

  undo(): void {
    if (this.choice.undo()) this.#saveDraft();
  }

  redo(): void {
    if (this.choice.redo()) this.#saveDraft();
  }

  /** Give the chosen class as the answer. An unchanged revision is nothing to send. */
  submit(): void {
    const label = this.choice.label;
    const earlier = this.viewed?.earlier;
    if (label === null) this.n_nudges += 1;
    else if (earlier && !earlier.unsure && earlier.label === label) this.toCurrent();
    else this.#give({ kind: "submit", label, unsure: false, reason: "" });
  }

  submitUnsure(reason: string): void {
    this.#give({ kind: "submit", label: null, unsure: true, reason });
  }

  /** Only the current item: an answer given cannot be taken back by skipping. */
  skip(reason: string): void {
    if (!this.viewed?.earlier) this.#give({ kind: "skip", label: null, unsure: false, reason });
  }

  /** One answer further back. */
  back(): void {
    const answer = this.revisable[this.stepsBack];
    if (answer) this.revise(answer.assignment_id);
  }

  /** One answer forward, in the end to the current item. */
  forward(): void {
    const steps = this.stepsBack;
    if (steps > 0) this.revise(this.revisable[steps - 2]?.assignment_id ?? null);
  }

  toCurrent(): void {
    this.revise(null);
  }

  revise(id: string | null): void {
    this.#saveDraft();
    this.revisingId = id;
    this.#open();
  }

  /** What the outbox tells: claims behind a taken answer, or a refusal. */
  delivered({ letter, receipt, askedAt }: Delivery<SubmitReceipt>): void {
    if (letter.projectId !== this.desk?.project_id) return;
    if (receipt) {
      this.#syncedAt = Math.max(this.#syncedAt, askedAt);
      this.isCutOff = false;
      this.#take(receipt.stream, askedAt);
      return;
    }
    // What is still claimed comes back to be answered anew; the answer itself waits among the refused.
    this.#answered.delete(letter.id);
    this.recent = this.recent.filter((answer) => answer.assignment_id !== letter.id);
    void this.#rereadRecent();
    void this.sync();
  }

  /** After a refused revision the answer before it stands again. */
  async #rereadRecent(): Promise<void> {
    try {
      this.#takeRecent(await this.#options.server.recent());
    } catch {
      // The list stays as it is; it only offers what may be revised.
    }
  }

  /** Ask again for the media's address, which expires. */
  async refreshItem(id: string): Promise<void> {
    this.stream = this.stream.map((one) =>
      one.id === id ? { ...one, item: { ...one.item, image_url: null } } : one,
    );
    await this.sync();
  }

  #give(given: Given): void {
    const viewed = this.viewed;
    if (!viewed || !this.desk) return;
    const { now, outbox, drafts } = this.#options;
    const durationMs = this.#time.spent(now());
    outbox.post({ id: viewed.id, projectId: this.desk.project_id, item: viewed.item, durationMs, ...given });
    drafts.remove(viewed.id);
    this.#discardRefusedTwins(viewed);
    this.#remember(viewed, given);
    if (viewed.earlier) this.revisingId = null;
    else this.#advance(viewed.id, given.kind, durationMs);
    this.#viewedId = null;
    this.#open();
  }

  #advance(id: string, kind: Letter["kind"], durationMs: number): void {
    const { now, tally, prefetch } = this.#options;
    this.#answered.add(id);
    this.stream = this.stream.filter((one) => one.id !== id);
    this.tally = counted(this.tally, kind, durationMs, now());
    tally.write(this.tally);
    prefetch(this.stream.map((one) => one.item));
  }

  #remember({ id, item, earlier }: Viewed, { kind, label, unsure, reason }: Given): void {
    const submitted_at = earlier?.submitted_at ?? new Date(this.#options.now()).toISOString();
    const answer = { assignment_id: id, item, label, unsure, skipped: kind === "skip", reason, submitted_at };
    this.recent = earlier
      ? this.recent.map((one) => (one.assignment_id === id ? answer : one))
      : [answer, ...this.recent].slice(0, RECENT_SHOWN);
  }

  /** The server's list, with what it cannot know yet in front. */
  #takeRecent(recent: readonly RecentAnswer[]): void {
    const unsent = this.outbox.waiting
      .filter((letter) => letter.projectId === this.desk?.project_id)
      .toReversed();
    const known = new Set(unsent.map(({ id }) => id));
    const local = unsent.map(({ id, item, label, unsure, kind, reason, at }) => ({
      assignment_id: id,
      item,
      label,
      unsure,
      skipped: kind === "skip",
      reason,
      submitted_at: new Date(at).toISOString(),
    }));
    this.recent = [...local, ...recent.filter((one) => !known.has(one.assignment_id))].slice(0, RECENT_SHOWN);
  }

  #take(stream: WorkStream, askedAt: number): void {
    const claims: Claims = {
      held: this.stream,
      answered: this.#answered,
      isBegun: (id) => this.#options.drafts.get(id) !== null,
      isLate: askedAt < this.#freshest,
    };
    this.#freshest = Math.max(this.#freshest, askedAt);
    this.stream = merged(claims, stream.assignments);
    this.#options.prefetch(this.stream.map((one) => one.item));
    if (this.desk && stream.spec_version !== this.desk.spec_version) void this.#renewDesk();
    this.#open();
  }

  async #renewDesk(): Promise<void> {
    try {
      this.desk = await this.#options.server.desk();
      this.newSpec = this.desk.spec_version;
    } catch {
      // The next answer tells again that the spec has changed.
    }
  }

  /** Bring what is now in view to the state it was left in. */
  #open(): void {
    const viewed = this.viewed;
    if (viewed?.id === this.#viewedId) return;
    this.#viewedId = viewed?.id ?? null;
    const { now, drafts } = this.#options;
    const draft = viewed ? drafts.get(viewed.id) : null;
    const wasAway = this.#time.isAway;
    this.#time = new ActiveTime(now(), draft?.durationMs ?? 0);
    if (wasAway) this.#time.leave(now());
    this.choice.start(draft?.label ?? this.#earlierLabel(viewed), draft !== null);
  }

  #earlierLabel(viewed: Viewed | null): string | null {
    if (!viewed) return null;
    return viewed.earlier ? viewed.earlier.label : (this.#refusedTwins(viewed)[0]?.label ?? null);
  }

  /** Refused answers to this very item, which has come back: as far as its content can tell. */
  #refusedTwins({ id, item }: Viewed): readonly Letter[] {
    return this.refused.filter((letter) => letter.id === id || (item.text && letter.item.text === item.text));
  }

  #discardRefusedTwins(viewed: Viewed): void {
    for (const letter of this.#refusedTwins(viewed)) {
      if (letter.id !== viewed.id) this.outbox.discard(letter.id);
    }
  }

  /** Only what is worth coming back to: a choice that differs from the answer already given. */
  #saveDraft(): void {
    const viewed = this.viewed;
    if (!viewed || viewed.id !== this.#viewedId || !this.choice.isTouched) return;
    const { now, drafts } = this.#options;
    drafts.save({ id: viewed.id, label: this.choice.label, durationMs: this.#time.spent(now()), at: now() });
    this.choice.isSaved = true;
  }
}
