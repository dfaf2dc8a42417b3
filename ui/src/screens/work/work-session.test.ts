import { expect, test, vi } from "vitest";
import { bind, commandFor } from "../../lib/commands";
import { openDrafts, type Draft } from "../../lib/drafts";
import { RequestFailed } from "../../lib/errors";
import { keyedStore, type KeyedStore } from "../../lib/keyed-store";
import { Outbox, type Letter } from "../../lib/outbox.svelte";
import type { RecentAnswer, SubmitReceipt, WorkAssignment, WorkDesk } from "../../lib/shapes";
import { commands } from "./commands";
import { WorkSession } from "./work-session.svelte";

const offline = new RequestFailed("offline", "no network", 0);
const expired = new RequestFailed("conflict", "assignment i1 expired at 14:05 UTC. Claim it again.", 409);

function anItem(text: string) {
  return { text, image_url: null, width: null, height: null };
}

const aClass = (key: string) => ({ key, name: key.toUpperCase(), definition: "", include: [], exclude: [] });

/** A server with items i1, i2, …, of which it lets one person hold three. */
class Server {
  n_items = 6;
  specVersion = 1;
  isDown = false;
  refuse: RequestFailed | null = null;
  taken: Letter[] = [];
  closed = new Set<string>();
  n_asked = 0;
  earlier: RecentAnswer[] = [];

  claims(): WorkAssignment[] {
    return Array.from({ length: this.n_items }, (_, index) => `i${index + 1}`)
      .filter((id) => !this.closed.has(id))
      .slice(0, 3)
      .map((id) => ({ id, item: anItem(`text of ${id}`), expires_at: "2026-11-21T12:00:00Z" }));
  }

  async desk(): Promise<WorkDesk> {
    const spec = {
      question: "Which?",
      purpose: "",
      classes: ["a", "b", "c"].map(aClass),
      rules: [],
      unsure: "",
    };
    return {
      project_id: 1,
      project_name: "P",
      media_kind: "text",
      note: "",
      spec_version: this.specVersion,
      spec,
      n_answered: 0,
    };
  }

  async next() {
    this.n_asked += 1;
    if (this.isDown) throw offline;
    return { assignments: this.claims(), spec_version: this.specVersion };
  }

  recent = async () => this.earlier;

  send = async (letter: Letter): Promise<SubmitReceipt> => {
    if (this.isDown) throw offline;
    if (this.refuse) throw this.refuse;
    this.taken.push(letter);
    this.closed.add(letter.id);
    return {
      assignment_id: letter.id,
      stream: { assignments: this.claims(), spec_version: this.specVersion },
    };
  };
}

/** What stays on the device through a reload. */
interface Device {
  letters: KeyedStore<Letter>;
  drafts: KeyedStore<Draft>;
  clock: { now: number };
}

function aDevice(): Device {
  return { letters: keyedStore("o.", null), drafts: keyedStore("d.", null), clock: { now: 1_000_000 } };
}

async function atWork(server = new Server(), device = aDevice()) {
  const now = () => device.clock.now;
  const outbox = new Outbox<SubmitReceipt>({
    store: device.letters,
    send: server.send,
    now,
    later: () => {},
  });
  const session = new WorkSession({
    server,
    outbox,
    drafts: openDrafts(1, now(), device.drafts),
    tally: { read: () => null, write: () => {} },
    prefetch: () => {},
    now,
  });
  outbox.listen((delivery) => session.delivered(delivery));
  await session.load();
  return { session, server, outbox, device, press: keyboard(session) };
}

/** The keys as the screen hears them, outside of any text field. */
function keyboard(session: WorkSession) {
  const nothing = () => {};
  const asked: string[] = [];
  const bound = bind(commands, {
    session,
    askUnsure: () => asked.push("unsure"),
    askSkip: () => asked.push("skip"),
    togglePanel: nothing,
    focusSearch: nothing,
    zoom: nothing,
    fit: nothing,
  });
  return (key: string, held: { ctrlKey?: boolean; shiftKey?: boolean } = {}) => {
    const event = { key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
    commandFor(event, [bound], { inText: false, onControl: false })?.run();
    return asked;
  };
}

test("a number chooses a class and Enter submits it; the next item is in view in the same turn", async () => {
  const { session, server, outbox, press } = await atWork();

  press("2");
  press("Enter");

  expect(session.viewed?.id).toBe("i2");
  expect(session.choice.label).toBeNull();
  await vi.waitFor(() => expect(outbox.letters).toEqual([]));
  expect(server.taken.map(({ id, label }) => [id, label])).toEqual([["i1", "b"]]);
});

test("a number without a class chooses nothing, and Enter without a choice sends nothing", async () => {
  const { session, outbox, press } = await atWork();

  press("9");
  press("Enter");

  expect(session.choice.label).toBeNull();
  expect(session.n_nudges).toBe(1);
  expect(outbox.letters).toEqual([]);
});

test("Shift+U and Ctrl+Space ask for a reason", async () => {
  const { press } = await atWork();

  press("U", { shiftKey: true });

  expect(press(" ", { ctrlKey: true })).toEqual(["unsure", "skip"]);
});

test("being unsure is an answer with a reason, and skipping is none", async () => {
  const { session, server } = await atWork();

  session.submitUnsure("Two classes fit");
  session.skip("Cannot be read");

  await vi.waitFor(() => expect(server.taken).toHaveLength(2));
  expect(server.taken[0]).toMatchObject({
    kind: "submit",
    unsure: true,
    label: null,
    reason: "Two classes fit",
  });
  expect(server.taken[1]).toMatchObject({ kind: "skip", reason: "Cannot be read" });
  expect(session.recent.map(({ skipped }) => skipped)).toEqual([true, false]);
});

test("what the server lists late does not bring an answered item back", async () => {
  const { session, server, press } = await atWork();
  press("1");
  press("Enter");

  await session.sync();

  expect(session.stream.map(({ id }) => id)).not.toContain("i1");
  expect(server.closed.has("i1")).toBe(true);
});

test("choices can be undone and done again", async () => {
  const { session, press } = await atWork();
  press("1");
  press("2");

  press("z", { ctrlKey: true });
  expect(session.choice.label).toBe("a");
  press("Z", { ctrlKey: true, shiftKey: true });
  expect(session.choice.label).toBe("b");
  press("z", { ctrlKey: true });
  press("z", { ctrlKey: true });
  expect(session.choice.label).toBeNull();
});

test("a reload in the middle finds the choice and the time spent", async () => {
  const { server, device, press } = await atWork();
  device.clock.now += 7_000;
  press("3");

  const { session, press: pressAfter } = await atWork(server, device);
  expect(session.choice.label).toBe("c");
  expect(session.choice.isSaved).toBe(true);

  pressAfter("Enter");
  await vi.waitFor(() => expect(server.taken[0]).toMatchObject({ id: "i1", label: "c", durationMs: 7_000 }));
});

test("without a network one goes on with what is there, and nothing is lost by a reload", async () => {
  const { session, server, device, press } = await atWork();
  server.isDown = true;
  for (const key of ["1", "Enter", "2", "Enter"]) press(key);
  await vi.waitFor(() => expect(session.outbox.n_failures).toBe(1));
  expect(session.viewed?.id).toBe("i3");

  server.isDown = false;
  const after = await atWork(server, device);
  expect(after.session.stream.map(({ id }) => id)).not.toContain("i1");
  expect(after.session.recent.map(({ assignment_id }) => assignment_id)).toEqual(["i2", "i1"]);

  await after.outbox.flush();
  expect(server.taken.map(({ id, label }) => [id, label])).toEqual([
    ["i1", "a"],
    ["i2", "b"],
  ]);
});

test("D goes back to revise, F forward to the current item, whose choice is kept", async () => {
  const { session, press } = await atWork();
  for (const key of ["1", "Enter", "2", "Enter", "3"]) press(key);

  press("d");
  expect([session.viewed?.id, session.choice.label, session.stepsBack]).toEqual(["i2", "b", 1]);
  press("ArrowLeft", { ctrlKey: true });
  expect([session.viewed?.id, session.choice.label, session.stepsBack]).toEqual(["i1", "a", 2]);
  press("d");
  expect(session.stepsBack).toBe(2);

  press("f");
  press("ArrowRight", { ctrlKey: true });
  expect([session.viewed?.id, session.choice.label, session.stepsBack]).toEqual(["i3", "c", 0]);
});

test("a revision is sent for the earlier assignment and leads back to the current item", async () => {
  const { session, server, outbox, press } = await atWork();
  for (const key of ["1", "Enter", "d", "3", "Enter"]) press(key);

  expect(session.viewed?.id).toBe("i2");
  await vi.waitFor(() => expect(outbox.letters).toEqual([]));
  expect(server.taken.map(({ id, label }) => [id, label]).at(-1)).toEqual(["i1", "c"]);
  expect(session.recent.map(({ assignment_id, label }) => [assignment_id, label])).toEqual([["i1", "c"]]);
  expect(session.tally.n_answers).toBe(1);
});

test("an unchanged revision is not sent", async () => {
  const { session, server, outbox, press } = await atWork();
  for (const key of ["1", "Enter"]) press(key);
  await vi.waitFor(() => expect(outbox.letters).toEqual([]));

  press("d");
  press("Enter");

  expect(session.viewed?.id).toBe("i2");
  expect(outbox.letters).toEqual([]);
  expect(server.taken).toHaveLength(1);
});

test("skipped items are listed but cannot be revised, and earlier answers cannot be skipped", async () => {
  const { session, press } = await atWork();
  session.skip("broken");
  press("d");
  expect(session.stepsBack).toBe(0);

  press("1");
  press("Enter");
  press("d");
  session.skip("no");

  expect(session.stepsBack).toBe(1);
});

test("a refused answer is kept with its reason, and filled in when the item comes back", async () => {
  const { session, server, outbox, press } = await atWork();
  server.refuse = expired;
  press("2");
  press("Enter");
  await vi.waitFor(() => expect(session.refused).toHaveLength(1));
  expect(session.refused[0]?.refusal).toContain("expired at 14:05");
  await vi.waitFor(() => expect(session.stream.map(({ id }) => id)).toContain("i1"));

  server.refuse = null;
  session.submitUnsure("none");
  session.submitUnsure("none");
  expect([session.viewed?.id, session.choice.label]).toEqual(["i1", "b"]);

  press("Enter");
  await vi.waitFor(() => expect(outbox.letters).toEqual([]));
  expect(server.taken.at(-1)).toMatchObject({ id: "i1", label: "b" });
});

test("when nothing is left the session is dry, and looks again while the person is there", async () => {
  const server = new Server();
  server.n_items = 1;
  const { session, outbox, device, press } = await atWork(server);
  press("1");
  press("Enter");
  expect(session.isDry).toBe(true);
  await vi.waitFor(() => expect(outbox.letters).toEqual([]));

  server.n_items = 2;
  device.clock.now += 31_000;
  session.beat();

  await vi.waitFor(() => expect(session.viewed?.id).toBe("i2"));
});

test("claims are renewed every two minutes while the person is at work, and not for somebody gone", async () => {
  const { session, server, device } = await atWork();
  const before = server.n_asked;

  device.clock.now += 121_000;
  session.beat();
  expect(server.n_asked).toBe(before);

  session.touch();
  session.beat();
  await vi.waitFor(() => expect(server.n_asked).toBe(before + 1));
});

test("a hidden page counts no time", async () => {
  const { session, server, device, press } = await atWork();
  device.clock.now += 5_000;
  session.leave();
  device.clock.now += 3_600_000;
  session.comeBack();
  device.clock.now += 2_000;

  press("1");
  press("Enter");

  await vi.waitFor(() => expect(server.taken[0]?.durationMs).toBe(7_000));
});

test("a new spec version is fetched and told", async () => {
  const { session, server, press } = await atWork();
  server.specVersion = 2;

  press("1");
  press("Enter");

  await vi.waitFor(() => expect(session.newSpec).toBe(2));
  expect(session.desk?.spec_version).toBe(2);
});

test("a first load that fails says so and can be repeated", async () => {
  const server = new Server();
  server.isDown = true;
  const { session } = await atWork(server);
  expect(session.failure).toBe(offline);

  server.isDown = false;
  await session.load();

  expect(session.failure).toBeNull();
  expect(session.viewed?.id).toBe("i1");
});
