/** Numbers, shares, intervals, durations and dates as people of a language write them. */
import type { Estimate } from "./shapes";

/** How an estimate is to be read: a share is written in per cent, a coefficient with two decimals. */
export type EstimateKind = "share" | "coefficient" | "number" | "seconds";

export function formatNumber(value: number, tag: string, digits = 0): string {
  return new Intl.NumberFormat(tag, { maximumFractionDigits: digits }).format(value);
}

export function formatShare(value: number, tag: string, digits = 0): string {
  return new Intl.NumberFormat(tag, {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** How sure an inferred label is. Rounding must not turn nearly sure into sure. */
export function formatCertainty(value: number, tag: string): string {
  const [most, least] = [0.999, 0.001];
  if (value > most) return `> ${formatShare(most, tag, 1)}`;
  if (value < least) return `< ${formatShare(least, tag, 1)}`;
  return formatShare(value, tag, 1);
}

export function formatValue(value: number, kind: EstimateKind, tag: string): string {
  if (kind === "share") return formatShare(value, tag, 1);
  if (kind === "seconds") return formatSeconds(value, tag);
  const digits = kind === "coefficient" ? 2 : 1;
  return new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
}

export interface EstimateText {
  value: string;
  low: string | null;
  high: string | null;
}

/** The figures of an estimate as text, or null when there is no value: then its reason is to be shown. */
export function formatEstimate(estimate: Estimate, kind: EstimateKind, tag: string): EstimateText | null {
  if (estimate.value === null || estimate.value === undefined || !Number.isFinite(estimate.value))
    return null;
  const bound = (value: number | null | undefined) =>
    typeof value === "number" ? formatValue(value, kind, tag) : null;
  return {
    value: formatValue(estimate.value, kind, tag),
    low: bound(estimate.low),
    high: bound(estimate.high),
  };
}

/** "4.2 s", "3 min 5 s", "2 h 10 min". */
export function formatSeconds(seconds: number, tag: string): string {
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(tag, {
      style: "unit",
      unit: name,
      unitDisplay: "narrow",
      maximumFractionDigits: digits,
    }).format(value);
  if (seconds < 60) return unit(seconds, "second", seconds < 10 ? 1 : 0);
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return minutes ? `${unit(hours, "hour")} ${unit(minutes, "minute")}` : unit(hours, "hour");
  return rest ? `${unit(minutes, "minute")} ${unit(rest, "second")}` : unit(minutes, "minute");
}

export function formatDate(iso: string, tag: string): string {
  return new Intl.DateTimeFormat(tag, { dateStyle: "medium" }).format(new Date(iso));
}

export function formatDateTime(iso: string, tag: string): string {
  return new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 minutes ago", "in 2 days". */
export function formatAgo(iso: string, tag: string, now: Date): string {
  const seconds = (new Date(iso).getTime() - now.getTime()) / 1000;
  const words = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return words.format(Math.trunc(seconds), "second");
}

export function formatBytes(n_bytes: number, tag: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, n_bytes)) / 3));
  return new Intl.NumberFormat(tag, {
    style: "unit",
    unit: units[step]!,
    maximumFractionDigits: step ? 1 : 0,
  }).format(n_bytes / 1000 ** step);
}
