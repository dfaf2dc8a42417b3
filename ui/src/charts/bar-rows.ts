/** Where the rows of lying bars stand, so that every name is written in full however narrow the chart is. */
import { textWidth, wrapText } from "./geometry";

export interface BarRow {
  top: number;
  height: number;
  /** The name, a line each; more than one only where it stands above its bar. */
  lines: string[];
  /** Top of the bar within the row. */
  bar: number;
}

export interface BarRows {
  rows: BarRow[];
  /** Where the bars begin: behind the names, or at the edge where the names stand above. */
  left: number;
  height: number;
}

export const LINE = 16;
const ROW = 24;
const GAP = 10;
/** Names beside the bars may take so much of the width; longer ones stand above. */
const NAMES_SHARE = 0.45;

export function barRows(names: readonly string[], width: number): BarRows {
  const longest = Math.max(50, ...names.map((name) => textWidth(name))) + GAP;
  const isBeside = longest <= width * NAMES_SHARE;
  let top = 0;
  const rows = names.map((name) => {
    const lines = isBeside ? [name] : wrapText(name, width);
    const row = isBeside
      ? { top, height: ROW, lines, bar: 4 }
      : { top, height: lines.length * LINE + ROW, lines, bar: lines.length * LINE + 3 };
    top += row.height;
    return row;
  });
  return { rows, left: isBeside ? longest : 0, height: top };
}
