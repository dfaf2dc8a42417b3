/** What a person has done in this work session: an uninterrupted stretch, ended by half an hour without an answer. */
export interface Tally {
  n_answers: number;
  activeMs: number;
  /** The latest answer, in milliseconds since 1970. */
  at: number;
}

const ENDS_AFTER_MS = 30 * 60_000;
/** Fewer answers say nothing about a pace. */
const MIN_ANSWERS = 5;

export function counted(tally: Tally | null, durationMs: number, now: number): Tally {
  const current = running(tally, now);
  return { n_answers: current.n_answers + 1, activeMs: current.activeMs + durationMs, at: now };
}

export function running(tally: Tally | null, now: number): Tally {
  return tally && now - tally.at <= ENDS_AFTER_MS ? tally : { n_answers: 0, activeMs: 0, at: now };
}

/** Answers per hour of active time, or null while there are too few to say. */
export function pace(tally: Tally): number | null {
  if (tally.n_answers < MIN_ANSWERS || tally.activeMs <= 0) return null;
  return Math.round(tally.n_answers / (tally.activeMs / 3_600_000));
}
