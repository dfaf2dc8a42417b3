/** How fast long work goes and when it will be done, from the progress seen so far. */

export interface ProgressSample {
  /** Milliseconds, any origin. */
  at: number;
  n_done: number;
}

export interface Rate {
  perSecond: number;
  /** Null while the total is unknown or nothing moves. */
  secondsLeft: number | null;
}

/** Older samples say little about the present speed. */
const WINDOW_MS = 20_000;

/** The samples worth keeping once `next` has been seen. Work that starts again starts a new series. */
export function withSample(samples: ProgressSample[], next: ProgressSample): ProgressSample[] {
  const last = samples.at(-1);
  const kept = last && last.n_done > next.n_done ? [] : samples;
  return [...kept.filter((sample) => next.at - sample.at <= WINDOW_MS), next];
}

/** Null until two samples lie at least half a second apart: before that the figure would only jump about. */
export function rateOf(samples: ProgressSample[], n_total: number | null): Rate | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at - first.at < 500) return null;
  const perSecond = ((last.n_done - first.n_done) * 1000) / (last.at - first.at);
  const n_left = n_total === null ? null : Math.max(0, n_total - last.n_done);
  return { perSecond, secondsLeft: n_left === null || perSecond <= 0 ? null : n_left / perSecond };
}
