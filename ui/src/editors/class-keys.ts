/** Which key chooses which class. */
import type { SpecClass } from "../lib/shapes";

type Named = Pick<SpecClass, "name">;

/** The keys, in the order in which classes take them. */
export const CLASS_KEYS: readonly string[] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];

/** More classes than keys: then there is a search field as well. */
export const MANY = CLASS_KEYS.length;

/** Classes that are called by digits have those as their keys; else the first has 1, and beyond the tenth none has one. */
export function keyOfClass(classes: readonly Named[], index: number): string | undefined {
  const name = classes[index]?.name;
  if (name === undefined) return undefined;
  return areDigits(classes) ? name : CLASS_KEYS[index];
}

export function classAtKey<One extends Named>(classes: readonly One[], key: string): One | undefined {
  return classes.find((_, index) => keyOfClass(classes, index) === key);
}

function areDigits(classes: readonly Named[]): boolean {
  return classes.every(({ name }) => CLASS_KEYS.includes(name));
}

const MOST_COLUMNS = 5;

/** Columns of buttons, so that the rows are as even as they can be: eight classes stand four by four. */
export function columnsFor(n_classes: number): number {
  const n_rows = Math.ceil(n_classes / MOST_COLUMNS);
  return Math.max(1, Math.ceil(n_classes / Math.max(1, n_rows)));
}
