/** What a key means in the dialog that asks for a reason: the numbers pick, Enter sends, and writing begins anywhere. */

export type Asked = "send" | "write" | { pick: number } | null;

type KeyEvent = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">;

export interface ReasonPlace {
  /** The focus is in the field for own words. */
  inWords: boolean;
  /** The focus is on a button that Enter and Space press: cancel, close, send. A suggestion is left to Space alone. */
  on: "suggestion" | "button" | null;
}

/** `null` leaves the key to the browser. A key that writes ("write") moves the focus first, and is then typed there. */
export function askedBy(event: KeyEvent, place: ReasonPlace, n_suggestions: number): Asked {
  const isChord = event.ctrlKey || event.metaKey || event.altKey;
  if (event.key === "Enter") return sends(event, place) ? "send" : null;
  if (place.inWords || isChord) return null;
  const pick = Number(event.key) - 1;
  if (Number.isInteger(pick) && pick >= 0 && pick < n_suggestions) return { pick };
  if (event.key === " ") return place.on === null ? "write" : null;
  return writes(event.key) ? "write" : null;
}

function sends(event: KeyEvent, { inWords, on }: ReasonPlace): boolean {
  if (event.ctrlKey || event.metaKey) return true;
  return !inWords && on !== "button";
}

/** A character, an accent to come, or the beginning of an input method. Counted in code points, as emoji are. */
function writes(key: string): boolean {
  return [...key].length === 1 || key === "Dead" || key === "Process";
}
