/** Which key chooses which class. */

/** More classes than keys: then there is a search field as well. */
export const MANY = 10;

/** 1 to 9, then 0; classes beyond the tenth have no key. */
export function keyOfClass(index: number): string | undefined {
  if (index < 0 || index >= MANY) return undefined;
  return String((index + 1) % 10);
}

const MOST_COLUMNS = 5;

/** Columns of buttons, so that the rows are as even as they can be: eight classes stand four by four. */
export function columnsFor(n_classes: number): number {
  const n_rows = Math.ceil(n_classes / MOST_COLUMNS);
  return Math.max(1, Math.ceil(n_classes / Math.max(1, n_rows)));
}
