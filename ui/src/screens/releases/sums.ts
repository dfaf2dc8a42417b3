/** How a release's numbers come about, as lines of a sum. */
import type { ReleaseSums } from "../../lib/shapes-lead";

type LineName =
  | "sumProduction"
  | "sumUndecided"
  | "sumUndecidable"
  | "sumGold"
  | "sumItems"
  | "sumAnswers"
  | "sumRevised"
  | "sumSkips"
  | "sumRows";

export interface Line {
  name: LineName;
  n: number;
  sign: "" | "+" | "−";
  isTotal?: true;
}

/** From the items that gate and Overview count to those in the release. */
export function itemLines(sums: ReleaseSums): Line[] {
  const total = sums.n_production - sums.n_undecided - sums.n_undecidable + sums.n_gold;
  return [
    { name: "sumProduction", n: sums.n_production, sign: "" },
    { name: "sumUndecided", n: sums.n_undecided, sign: "−" },
    { name: "sumUndecidable", n: sums.n_undecidable, sign: "−" },
    { name: "sumGold", n: sums.n_gold, sign: "+" },
    { name: "sumItems", n: total, sign: "", isTotal: true },
  ];
}

/** From the answers that the Overview counts to the rows of the answers file. */
export function answerLines(n_answers: number, sums: ReleaseSums): Line[] {
  return [
    { name: "sumAnswers", n: n_answers, sign: "" },
    { name: "sumRevised", n: sums.n_revised, sign: "+" },
    { name: "sumSkips", n: sums.n_skips, sign: "+" },
    { name: "sumRows", n: n_answers + sums.n_revised + sums.n_skips, sign: "", isTotal: true },
  ];
}
