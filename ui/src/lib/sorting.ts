/** Sorting the rows of a table by one of its columns. */

export type Direction = "up" | "down";
export type SortValue = string | number | null;

/**
 * The rows in the order of `valueOf`; the input is left as it is.
 *
 * Rows without a value come last in both directions: "no evidence yet" is neither the best nor the worst. Equal rows
 * keep their order, so that sorting by a second column refines the first.
 */
export function sorted<Row>(
  rows: readonly Row[],
  valueOf: (row: Row) => SortValue,
  direction: Direction,
  locale?: string,
): Row[] {
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  const sign = direction === "up" ? 1 : -1;
  return rows.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right, collator);
  });
}

function compare(left: string | number, right: string | number, collator: Intl.Collator): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return collator.compare(String(left), String(right));
}

export interface Sorting<Column extends string> {
  column: Column;
  direction: Direction;
}

/** What a click on a column's heading leads to: a new column starts with its `first` direction, the same one turns. */
export function turned<Column extends string>(
  sorting: Sorting<Column>,
  column: Column,
  first: Direction,
): Sorting<Column> {
  if (sorting.column !== column) return { column, direction: first };
  return { column, direction: sorting.direction === "up" ? "down" : "up" };
}
