import { expect, test, vi } from "vitest";
import { RequestFailed } from "./errors";
import { keyedStore } from "./keyed-store";
import { Outbox, waitBefore, type Letter } from "./outbox.svelte";

const offline = new RequestFailed("offline", "no network", 0);
const expired = new RequestFailed("conflict", "assignment a1 expired at 14:05 UTC.", 409);
const signedOut = new RequestFailed("not_signed_in", "Sign in.", 401);

function aLetter(id: string, label = "cat"): Omit<Letter, "at" | "refusal"> {
  const item = { text: id, image_url: null, width: null, height: null };
  return { id, projectId: 1, kind: "submit", label, unsure: false, reason: "", durationMs: 1_000, item };
}

function anOutbox(send: (letter: Letter) => Promise<string>, store = keyedStore<Letter>("t.", null)) {
  const retries: (() => void)[] = [];
  const outbox = new Outbox({ store, send, now: () => 0, later: (run) => void retries.push(run) });
  return { outbox, store, retry: () => retries.shift()?.() };
}

const settled = () => vi.waitFor(() => Promise.resolve());

test("an answer is kept before it is sent, and removed when the server has it", async () => {
  const { outbox, store } = anOutbox(async () => "ok");

  outbox.post(aLetter("a1"));
  expect(store.get("a1")?.label).toBe("cat");

  await vi.waitFor(() => expect(outbox.letters).toEqual([]));
  expect(store.get("a1")).toBeNull();
});

test("answers are sent one after the other, oldest first", async () => {
  const sent: string[] = [];
  const { outbox } = anOutbox(async ({ id }) => (sent.push(id), "ok"));

  for (const id of ["a1", "a2", "a3"]) outbox.post(aLetter(id));

  await vi.waitFor(() => expect(outbox.letters).toEqual([]));
  expect(sent).toEqual(["a1", "a2", "a3"]);
});

test("without a network everything waits, and goes when it is back", async () => {
  const send = vi.fn(async () => "ok").mockRejectedValueOnce(offline);
  const { outbox, retry } = anOutbox(send);

  outbox.post(aLetter("a1"));
  outbox.post(aLetter("a2"));
  await vi.waitFor(() => expect(outbox.n_failures).toBe(1));
  expect(outbox.waiting.map(({ id }) => id)).toEqual(["a1", "a2"]);

  retry();
  await vi.waitFor(() => expect(outbox.letters).toEqual([]));
  expect(outbox.n_failures).toBe(0);
});

test("a reload finds what was not sent", () => {
  const { outbox, store } = anOutbox(async () => Promise.reject(offline));
  outbox.post(aLetter("a1", "dog"));

  const afterReload = anOutbox(async () => "ok", store).outbox;

  expect(afterReload.waiting.map(({ id, label }) => [id, label])).toEqual([["a1", "dog"]]);
});

test("a refused answer is kept with the reason and does not hold up the others", async () => {
  const told: (string | null)[] = [];
  const { outbox } = anOutbox(async ({ id }) => (id === "a1" ? Promise.reject(expired) : "ok"));
  outbox.listen(({ receipt }) => told.push(receipt));

  outbox.post(aLetter("a1"));
  outbox.post(aLetter("a2"));
  await vi.waitFor(() => expect(told).toEqual([null, "ok"]));

  expect(outbox.waiting).toEqual([]);
  expect(outbox.refused.map(({ id, refusal }) => [id, refusal])).toEqual([["a1", expired.message]]);
});

test("a refused answer can be sent again or given up", async () => {
  const send = vi
    .fn(async () => "ok")
    .mockRejectedValueOnce(expired)
    .mockRejectedValueOnce(expired);
  const { outbox } = anOutbox(send);
  outbox.post(aLetter("a1"));
  await vi.waitFor(() => expect(outbox.refused).toHaveLength(1));

  outbox.tryAgain("a1");
  await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(2));
  await vi.waitFor(() => expect(outbox.refused).toHaveLength(1));
  outbox.discard("a1");

  expect(outbox.letters).toEqual([]);
});

test("being signed out is no refusal: the answer waits for the sign-in", async () => {
  const { outbox } = anOutbox(async () => Promise.reject(signedOut));

  outbox.post(aLetter("a1"));
  await vi.waitFor(() => expect(outbox.n_failures).toBe(1));

  expect(outbox.waiting).toHaveLength(1);
});

test("a revision made while the first answer is under way is sent after it", async () => {
  const sent: (string | null)[] = [];
  let arrive = () => {};
  const { outbox } = anOutbox(async ({ label }) => {
    sent.push(label);
    if (sent.length === 1) await new Promise<void>((resolve) => (arrive = resolve));
    return "ok";
  });

  outbox.post(aLetter("a1", "cat"));
  await settled();
  outbox.post(aLetter("a1", "dog"));
  arrive();

  await vi.waitFor(() => expect(outbox.letters).toEqual([]));
  expect(sent).toEqual(["cat", "dog"]);
});

test("what another tab has sent meanwhile is not sent again", async () => {
  const sent: string[] = [];
  const store = keyedStore<Letter>("t.", null);
  const { outbox, retry } = anOutbox(async ({ id }) => {
    sent.push(id);
    return sent.length === 1 ? Promise.reject(offline) : "ok";
  }, store);
  outbox.post(aLetter("a1"));
  await vi.waitFor(() => expect(outbox.n_failures).toBe(1));

  store.remove("a1");
  retry();
  await settled();

  expect(sent).toEqual(["a1"]);
  expect(outbox.letters).toEqual([]);
});

test("the wait grows from a second to half a minute", () => {
  expect([1, 2, 3, 10].map(waitBefore)).toEqual([1_000, 2_000, 4_000, 30_000]);
});
