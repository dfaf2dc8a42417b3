import { expect, test } from "vitest";
import { emptyDraft, isUntouched, parseDraft } from "./wizard-draft";

test("a kept draft comes back as it was", () => {
  const draft = { ...emptyDraft(), name: "Spam", mediaKind: "image" as const };

  expect(parseDraft(JSON.stringify(draft))).toEqual(draft);
});

test("a draft of another shape, or none at all, is no draft", () => {
  expect(parseDraft(null)).toBeNull();
  expect(parseDraft("{")).toBeNull();
  expect(parseDraft("null")).toBeNull();
  expect(parseDraft('{"name":"x","mediaKind":"video"}')).toBeNull();
});

test("policy fields that an older draft lacks get their defaults", () => {
  const old = { ...emptyDraft(), policy: { overlap: 3 } };

  expect(parseDraft(JSON.stringify(old))?.policy).toEqual({ ...emptyDraft().policy, overlap: 3 });
});

test("choosing the kind of media alone is not worth a warning", () => {
  expect(isUntouched({ ...emptyDraft(), mediaKind: "image" })).toBe(true);
  expect(isUntouched({ ...emptyDraft(), name: "Spam" })).toBe(false);
});
