import { afterEach, expect, test } from "vitest";
import { english, type Catalogue } from "../locales/catalogue";
import de from "../locales/de";
import es from "../locales/es";
import zh from "../locales/zh";
import { fill, preferredLanguage, speak, t } from "./i18n.svelte";

afterEach(() => speak("en"));

test("values are filled in, and numbers written the language's way", () => {
  expect(fill("{n} of {needed} in {place}", { n: 1400, needed: 2, place: "A" }, "de")).toBe(
    "1.400 of 2 in A",
  );
});

test("a plural follows the rules of the language", () => {
  const message = { one: "{n} item", other: "{n} items" };

  expect(fill(message, { n: 1 }, "en")).toBe("1 item");
  expect(fill(message, { n: 0 }, "en")).toBe("0 items");
  expect(fill({ other: "{n} 个" }, { n: 1 }, "zh")).toBe("1 个");
});

test("the browser's first language that we speak is taken", () => {
  expect(preferredLanguage(["fr-FR", "es-MX", "de"])).toBe("es");
  expect(preferredLanguage(["fr"])).toBe("en");
});

test("switching the language changes the words", async () => {
  await speak("de");

  expect(t("common.cancel")).toBe("Abbrechen");
});

test.each([
  ["de", de],
  ["es", es],
  ["zh", zh],
])("%s keeps every placeholder of the English words", (_, words: Catalogue) => {
  const lost = Object.entries(english).flatMap(([space, messages]) =>
    Object.entries(messages).flatMap(([name, message]) => {
      const translated = (words as Record<string, Record<string, unknown>>)[space]?.[name];
      return sameSet(placeholders(message), placeholders(translated)) ? [] : [`${space}.${name}`];
    }),
  );

  expect(lost).toEqual([]);
});

/** "{n}" may be left out of a plural that says it in words. */
function placeholders(message: unknown): Set<string> {
  const found = JSON.stringify(message ?? "").match(/\{\w+\}/g) ?? [];
  return new Set(found.filter((name) => name !== "{n}"));
}

function sameSet(one: Set<string>, other: Set<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name));
}
