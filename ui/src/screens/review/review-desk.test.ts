import { expect, test, vi } from "vitest";
import { RequestFailed } from "../../lib/errors";
import type { ReviewItem, ReviewQueue } from "../../lib/shapes";
import { ReviewDesk, type Decision, type Why } from "./review-desk.svelte";

function anItem(id: number, why: Why = "unsure"): ReviewItem {
  const content = { text: `text ${id}`, image_url: null, width: null, height: null };
  return { id, key: `k${id}`, content, why, answers: [], n_skips: 0, skip_reasons: [], suggestion: null };
}

function aQueue(items: ReviewItem[]): ReviewQueue {
  const n = (why: Why) => items.filter((item) => item.why === why).length;
  const counts = { n_unsure: n("unsure"), n_disagreement: n("disagreement"), n_skipped: n("skipped") };
  return { items, n_waiting: items.length, ...counts };
}

async function aDesk(items: ReviewItem[]) {
  const decide = vi.fn<(id: number, decision: Decision) => Promise<unknown>>(async () => ({}));
  const queue = vi.fn(async (why: Why | null) => aQueue(items.filter((item) => !why || item.why === why)));
  const news = { decided: vi.fn(), failed: vi.fn() };
  const desk = new ReviewDesk({ queue, decide }, news);
  await desk.load();
  return { desk, decide, queue, news };
}

const many = () =>
  Array.from({ length: 9 }, (_, index) => anItem(index + 1, index % 2 ? "disagreement" : "unsure"));

test("the first item is open, and a decision shows the next at once", async () => {
  const { desk, decide } = await aDesk(many());
  desk.choose("cat");

  const done = desk.decide();

  expect(desk.item?.id).toBe(2);
  expect(desk.label).toBeNull();
  expect(desk.queue).toMatchObject({ n_waiting: 8, n_unsure: 4 });
  await done;
  expect(decide).toHaveBeenCalledWith(1, { label: "cat", undecidable: false, note: "" });
});

test("without a choice nothing is decided", async () => {
  const { desk, decide } = await aDesk(many());

  await desk.decide();

  expect(desk.lack).toBe("choice");
  expect(decide).not.toHaveBeenCalled();
});

test("that no label is right needs a note, and a chosen label takes it back", async () => {
  const { desk, decide } = await aDesk(many());
  desk.chooseNone();

  await desk.decide();
  expect(desk.lack).toBe("note");

  desk.note = " cut off ";
  await desk.decide();
  expect(decide).toHaveBeenCalledWith(1, { label: null, undecidable: true, note: "cut off" });

  desk.chooseNone();
  desk.choose("dog");
  expect(desk.undecidable).toBe(false);
});

test("a refused decision brings the item back with what was decided", async () => {
  const { desk, decide, news } = await aDesk(many());
  decide.mockRejectedValueOnce(new RequestFailed("conflict", "Somebody else has decided it.", 409));
  desk.choose("cat");

  await desk.decide();

  expect(news.failed).toHaveBeenCalledWith(
    expect.objectContaining({ id: 1 }),
    "Somebody else has decided it.",
  );
  expect([desk.item?.id, desk.label]).toEqual([1, "cat"]);
  expect(desk.queue?.n_waiting).toBe(9);
});

test("moving through the list stops at its ends and forgets the choice", async () => {
  const { desk } = await aDesk(many().slice(0, 2));
  desk.choose("cat");

  desk.move(-1);
  expect([desk.item?.id, desk.label]).toEqual([1, "cat"]);
  desk.move(1);
  expect([desk.item?.id, desk.label]).toEqual([2, null]);
  desk.move(1);
  expect(desk.item?.id).toBe(2);
});

test("a short list is read again, without what was decided here", async () => {
  const { desk, queue } = await aDesk(many().slice(0, 3));
  desk.choose("cat");

  await desk.decide();

  expect(queue).toHaveBeenCalledTimes(2);
  expect(desk.items.map(({ id }) => id)).toEqual([2, 3]);
});

test("of two queues asked for, the last one is shown", async () => {
  const { desk, queue } = await aDesk(many());
  let arrive = () => {};
  queue.mockImplementationOnce(async () => {
    await new Promise<void>((resolve) => (arrive = resolve));
    return aQueue([anItem(99)]);
  });

  const slow = desk.load("unsure");
  await desk.load("disagreement");
  arrive();
  await slow;

  expect(desk.items.every(({ why }) => why === "disagreement")).toBe(true);
});
