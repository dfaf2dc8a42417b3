import { afterEach, expect, test } from "vitest";
import { speak } from "../../lib/i18n.svelte";
import { whyText } from "./why";

const inferred = {
  why: "2 of 3 answers say 'Toxic'; weighing each annotator's record, that label has a certainty of 87.0%. It waits for a reviewer.",
  why_code: "consensus",
  why_values: { n_agreeing: 2, n: 3, label: "Toxic", certainty: 0.87 },
  state: "disputed",
};

afterEach(() => speak("en"));

test("in English the reason is the server's own sentence", () => {
  expect(whyText(inferred)).toBe(inferred.why);
});

test("nearly sure is not said to be sure", () => {
  const values = { ...inferred.why_values, certainty: 0.99999 };
  expect(whyText({ ...inferred, why_values: values })).toContain("more than 99.9%");
});

test("in another language the reason names the same label and numbers", async () => {
  await speak("es");

  expect(whyText(inferred)).toMatch(/^2 de 3 .*Toxic.*87,0/);
});

test("a reason that this interface does not know is shown in English", async () => {
  await speak("es");

  expect(whyText({ ...inferred, why_code: "oracle" })).toBe(inferred.why);
});
