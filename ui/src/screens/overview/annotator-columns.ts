/** The columns of the annotators' table and what each is sorted by. */
import type { MessageKey } from "../../lib/i18n.svelte";
import type { AnnotatorRow } from "../../lib/shapes-lead";
import type { Direction, SortValue } from "../../lib/sorting";

export type AnnotatorColumn =
  | "annotator"
  | "answersColumn"
  | "goldAccuracy"
  | "honeypotMisses"
  | "unsureRate"
  | "medianSeconds"
  | "lastActive";

interface ColumnShape {
  column: AnnotatorColumn;
  title: MessageKey;
  valueOf: (row: AnnotatorRow) => SortValue;
  /** The direction a first click leads to. */
  first: Direction;
}

export const ANNOTATOR_COLUMNS: readonly ColumnShape[] = [
  { column: "annotator", title: "overview.annotator", valueOf: (row) => row.name, first: "up" },
  {
    column: "answersColumn",
    title: "overview.answersColumn",
    valueOf: (row) => row.n_answers,
    first: "down",
  },
  // The weakest first: they are whom a lead may want to talk to.
  {
    column: "goldAccuracy",
    title: "overview.goldAccuracy",
    valueOf: (row) => row.gold_accuracy.value ?? null,
    first: "up",
  },
  {
    column: "honeypotMisses",
    title: "overview.honeypotMisses",
    valueOf: (row) => row.honeypot_misses.value ?? null,
    first: "down",
  },
  {
    column: "unsureRate",
    title: "overview.unsureRate",
    valueOf: (row) => row.unsure_rate.value ?? null,
    first: "down",
  },
  {
    column: "medianSeconds",
    title: "overview.medianSeconds",
    valueOf: (row) => row.median_seconds,
    first: "up",
  },
  {
    column: "lastActive",
    title: "overview.lastActive",
    valueOf: (row) => timeOf(row.last_active_at),
    first: "down",
  },
];

function timeOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}
