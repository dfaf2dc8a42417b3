import { expect, test } from "vitest";
import { openDrafts, type Draft } from "./drafts";
import { keyedStore } from "./keyed-store";

const DAY_MS = 24 * 3_600_000;

function aStorage(): Storage {
  const map = new Map<string, string>();
  return {
    get length() {
      return map.size;
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
    clear: () => map.clear(),
  };
}

const aDraft = (id: string, at = 0): Draft => ({ id, label: "cat", durationMs: 3_000, at });

test("a draft survives a reload", () => {
  const storage = aStorage();
  openDrafts(1, 0, keyedStore("d.", storage)).save(aDraft("a1"));

  expect(openDrafts(1, 0, keyedStore("d.", storage)).get("a1")?.label).toBe("cat");
});

test("drafts of claims long gone are forgotten", () => {
  const storage = aStorage();
  openDrafts(1, 0, keyedStore("d.", storage)).save(aDraft("a1"));

  expect(openDrafts(1, 15 * DAY_MS, keyedStore("d.", storage)).get("a1")).toBeNull();
});

test("a browser that refuses to store keeps drafts for as long as the page is open", () => {
  const storage = aStorage();
  storage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const drafts = openDrafts(1, 0, keyedStore("d.", storage));

  drafts.save(aDraft("a1"));

  expect(drafts.get("a1")?.label).toBe("cat");
});

test("what somebody else wrote under our key is as good as nothing", () => {
  const storage = aStorage();
  storage.setItem("d.a1", "{not json");

  expect(keyedStore("d.", storage).get("a1")).toBeNull();
  expect(keyedStore("d.", storage).all()).toEqual([]);
});
