/** Where the marks of a chart stand: pure functions from numbers to pixels. */

export interface Domain {
  low: number;
  high: number;
}

export const SHARE: Domain = { low: 0, high: 1 };

/** Pixel of a value on an axis of `width` pixels; values outside the domain stick to its ends. */
export function place(value: number, domain: Domain, width: number): number {
  const share = (value - domain.low) / (domain.high - domain.low);
  return Math.min(1, Math.max(0, share)) * width;
}

/** Agreement corrected for chance can be negative: then, and only then, the axis begins at -1. */
export function coefficientDomain(values: (number | null | undefined)[]): Domain {
  return values.some((value) => typeof value === "number" && value < 0) ? { low: -1, high: 1 } : SHARE;
}

/** An axis for rare things, from 0 to 10, 20, 50 or 100 %: whatever holds every interval. */
export function rateDomain(estimates: readonly Measured[]): Domain {
  const highest = Math.max(0, ...estimates.map(({ value, high }) => high ?? value ?? 0));
  return { low: 0, high: [0.1, 0.2, 0.5].find((end) => highest <= end) ?? 1 };
}

export interface Measured {
  value?: number | null;
  low?: number | null;
  high?: number | null;
}

export interface RangePlace {
  value: number;
  low: number;
  high: number;
}

/** Pixels of an estimate's value and interval; null without a value. A missing bound falls on the value. */
export function placeRange(estimate: Measured, domain: Domain, width: number): RangePlace | null {
  const { value } = estimate;
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  return {
    value: place(value, domain, width),
    low: place(estimate.low ?? value, domain, width),
    high: place(estimate.high ?? value, domain, width),
  };
}

export interface Segment {
  start: number;
  width: number;
}

/** Lengths of parts of a whole, end to end. All zero when the whole is. */
export function segments(counts: number[], width: number): Segment[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let start = 0;
  return counts.map((count) => {
    const part = { start, width: total === 0 ? 0 : (count / total) * width };
    start += part.width;
    return part;
  });
}

/** The smallest of 1, 2, 5, 10, 20, 50 … that is at least `value`: where an axis of counts ends. */
export function niceCeiling(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((one) => one * power >= value) ?? 10;
  return step * power;
}

export interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Upright bars side by side with a gap of a fifth. A count above zero is at least one pixel high. */
export function uprightBars(counts: number[], width: number, height: number, highest: number): Bar[] {
  const step = counts.length ? width / counts.length : 0;
  return counts.map((count, index) => {
    const tall = count > 0 ? Math.max(1, (count / highest) * height) : 0;
    return { x: index * step + step * 0.1, y: height - tall, width: Math.min(step * 0.8, 48), height: tall };
  });
}

export interface DayValue {
  day: string;
  n: number;
}

/** One entry for each day (ISO date, UTC) from the first to the last, so that a day without work is a visible gap. */
export function everyDay(days: DayValue[], maxDays = 60): DayValue[] {
  const counts = new Map(days.map(({ day, n }) => [day, n]));
  const sorted = [...counts.keys()].toSorted();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const filled: DayValue[] = [];
  for (let at = Date.parse(last); at >= Date.parse(first) && filled.length < maxDays; at -= 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    filled.unshift({ day, n: counts.get(day) ?? 0 });
  }
  return filled;
}

/** About how wide a text is drawn, in pixels; wide (CJK) characters count double. */
export function textWidth(text: string, pixelsPerCharacter = 7): number {
  return [...text].reduce((sum, one) => sum + (one > "\u2e80" ? 2 : 1) * pixelsPerCharacter, 0);
}

/** A text in lines of about `width` pixels, broken at blanks; a word that is wider than a line is broken itself. */
export function wrapText(text: string, width: number, pixelsPerCharacter = 7): string[] {
  const fits = (line: string) => textWidth(line, pixelsPerCharacter) <= width;
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(...pieces(word, fits));
  }
  return lines;
}

function pieces(word: string, fits: (line: string) => boolean): string[] {
  const parts = [""];
  for (const character of word) {
    const last = parts.at(-1)!;
    if (last === "" || fits(last + character)) parts[parts.length - 1] = last + character;
    else parts.push(character);
  }
  return parts;
}
