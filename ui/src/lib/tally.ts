/** What a person has done in this work session: an uninterrupted stretch, ended by half an hour without an answer. */
export interface Tally {
  n_answers: number;
  /** Declined items; missing in a tally that was kept before skips were counted. */
  n_skips?: number;
  activeMs: number;
  /** The latest answer, in milliseconds since 1970. */
  at: number;
}

const ENDS_AFTER_MS = 30 * 60_000;
/** Fewer answers say nothing about a pace. */
const MIN_ANSWERS = 5;

/** An answer or a skip more; "unsure" is an answer. Time spent on what one skips is time at work. */
export function counted(
  tally: Tally | null,
  kind: "submit" | "skip",
  durationMs: number,
  now: number,
): Tally {
  const { n_answers, n_skips = 0, activeMs } = running(tally, now);
  const isSkip = kind === "skip";
  return {
    n_answers: n_answers + (isSkip ? 0 : 1),
    n_skips: n_skips + (isSkip ? 1 : 0),
    activeMs: activeMs + durationMs,
    at: now,
  };
}

export function running(tally: Tally | null, now: number): Tally {
  return tally && now - tally.at <= ENDS_AFTER_MS
    ? tally
    : { n_answers: 0, n_skips: 0, activeMs: 0, at: now };
}

/** Answers per hour of active time, or null while there are too few to say. */
export function pace(tally: Tally): number | null {
  if (tally.n_answers < MIN_ANSWERS || tally.activeMs <= 0) return null;
  return Math.round(tally.n_answers / (tally.activeMs / 3_600_000));
}
