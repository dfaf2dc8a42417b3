/** Which key chooses which class. */

/** More classes than keys: then there is a search field as well. */
export const MANY = 10;

/** 1 to 9, then 0; classes beyond the tenth have no key. */
export function keyOfClass(index: number): string | undefined {
  if (index < 0 || index >= MANY) return undefined;
  return String((index + 1) % 10);
}
