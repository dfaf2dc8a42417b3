import { afterEach, expect, test } from "vitest";
import { speak } from "../../lib/i18n.svelte";
import type { Gate } from "../../lib/shapes-lead";
import { checkTexts } from "./gate-texts";

type Check = Gate["checks"][number];

const check: Check = {
  name: "gold_accuracy",
  title: "Annotators are right on gold",
  passed: false,
  figure: "75.0% (95% interval 60.0% to 86.0%), on 12 graded answers",
  target: "at least 80% on 20 or more graded answers",
  advice: "8 more graded gold answers are needed. Keep labeling, or raise the gold share.",
  figure_code: "graded",
  advice_code: "grade_more",
  values: { n: 12, n_needed: 20, n_missing: 8, target: 0.8, value: 0.75, low: 0.6, high: 0.86 },
};

afterEach(() => speak("en"));

test("in English a check says what the server says", () => {
  const { title, figure, target, advice } = check;

  expect(checkTexts(check)).toEqual({ title, figure, target, advice });
});

test("in another language a check says the same with the same numbers", async () => {
  await speak("de");

  const texts = checkTexts(check);
  expect(texts.figure).toContain("75,0");
  expect(texts.figure).not.toContain("graded");
  expect(texts.advice).toMatch(/^8 /);
});

test("a gate that was kept before there were codes is shown in English", async () => {
  await speak("de");

  const older = { ...check, figure_code: "", advice_code: "", values: {} };
  expect(checkTexts(older).target).toBe(check.target);
});

test("a sentence that this interface does not know is shown in English", async () => {
  await speak("de");

  expect(checkTexts({ ...check, advice_code: "pray" }).advice).toBe(check.advice);
});
