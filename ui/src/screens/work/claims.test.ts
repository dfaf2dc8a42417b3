import { expect, test } from "vitest";
import type { WorkAssignment } from "../../lib/shapes";
import { merged, type Claims } from "./claims";

function aClaim(id: string, image_url: string | null = null): WorkAssignment {
  const item = { text: image_url ? null : `text of ${id}`, image_url, width: null, height: null };
  return { id, item, expires_at: "2026-11-21T12:00:00Z" };
}

function someClaims(held: string[], more: Partial<Claims> = {}): Claims {
  return {
    held: held.map((id) => aClaim(id)),
    answered: new Set(),
    isBegun: () => false,
    isLate: false,
    ...more,
  };
}

const ids = (claims: readonly WorkAssignment[]) => claims.map(({ id }) => id);
const listed = (...names: string[]) => names.map((id) => aClaim(id));

test("new claims come behind ours, which keep their order", () => {
  expect(ids(merged(someClaims(["b", "a"]), listed("a", "b", "c")))).toEqual(["b", "a", "c"]);
});

test("what was answered here does not come back, though the server does not know it yet", () => {
  expect(ids(merged(someClaims([], { answered: new Set(["a"]) }), listed("a", "b")))).toEqual(["b"]);
});

test("claims that are gone leave the stream", () => {
  expect(ids(merged(someClaims(["a", "b", "c"]), listed("a", "c")))).toEqual(["a", "c"]);
});

test("an item in view leaves when its claim is gone, unless an answer to it is begun", () => {
  expect(ids(merged(someClaims(["a", "b"]), listed("b")))).toEqual(["b"]);
  expect(ids(merged(someClaims(["a", "b"], { isBegun: (id) => id === "a" }), listed("b")))).toEqual([
    "a",
    "b",
  ]);
});

test("a list older than one already merged may add and proves nothing gone", () => {
  expect(ids(merged(someClaims(["a", "b"], { isLate: true }), listed("b", "c")))).toEqual(["a", "b", "c"]);
});

test("an item keeps the image it came with, and takes a new address once it has lost it", () => {
  const renewed = [aClaim("a", "/media/new")];
  const withImage = someClaims([], { held: [aClaim("a", "/media/old")] });
  const lost = { ...aClaim("a"), item: { text: null, image_url: null, width: null, height: null } };

  expect(merged(withImage, renewed)[0]?.item.image_url).toBe("/media/old");
  expect(merged(someClaims([], { held: [lost] }), renewed)[0]?.item.image_url).toBe("/media/new");
});
