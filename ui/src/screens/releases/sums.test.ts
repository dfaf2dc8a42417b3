import { expect, test } from "vitest";
import { answerLines, itemLines } from "./sums";

const sums = { n_production: 100, n_undecided: 7, n_undecidable: 3, n_gold: 20, n_revised: 4, n_skips: 6 };

test("the items of a release are those of the gate without what is left out, and with gold items", () => {
  expect(itemLines(sums).map((line) => `${line.sign}${line.n}`)).toEqual(["100", "−7", "−3", "+20", "110"]);
});

test("the answers file has earlier answers and skips besides the answers that stand", () => {
  expect(answerLines(250, sums).map((line) => `${line.sign}${line.n}`)).toEqual(["250", "+4", "+6", "260"]);
});
