import { afterEach, expect, test } from "vitest";
import { speak } from "../../lib/i18n.svelte";
import { factsText, kindText } from "./facts";

const names = (key: string) => ({ spam: "Spam mail" })[key] ?? key;
const said = (facts: Record<string, unknown>) => factsText(facts, names);

afterEach(() => speak("en"));

test("facts are said with words for their names and codes, without empty ones", () => {
  expect(said({ item: 41, label: "spam", note: "", reason: null, is_paused: false })).toBe(
    "item: 41, label: Spam mail, paused: no",
  );
  expect(said({ role: "lead", kind: "honeypot" })).toBe("role: Lead, use: honeypot");
});

test("the checks that a release failed are called what the gate calls them", () => {
  expect(said({ number: 2, failed: ["decided", "gold_accuracy"] })).toBe(
    "number: 2, not passed: Every item is decided or left out; Annotators are right on gold",
  );
});

test("a change of the policy names the setting, what it was and what it is", () => {
  expect(said({ changes: { max_skips: [2, 3], name: ["Mail", "Post"] } })).toBe(
    "Skips until review: 2 → 3, name: Mail → Post",
  );
});

test("a decision for no label is said, not left out", () => {
  expect(said({ item: 3, label: null })).toBe("item: 3, label: left without a label");
});

test("a long value is cut", () => {
  expect(said({ note: "x".repeat(500) }).length).toBeLessThan(135);
});

test("kinds and facts are said in the person's language", async () => {
  await speak("de");

  expect(kindText("release_refused")).toBe("Release abgelehnt");
  expect(said({ role: "lead" })).toBe("Rolle: Leitung");
});

test("what this interface does not know yet is shown with blanks", () => {
  expect(kindText("moon_landed")).toBe("moon landed");
  expect(said({ landing_site: "sea" })).toBe("landing site: sea");
});
