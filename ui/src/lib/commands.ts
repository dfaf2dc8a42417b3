/**
 * What a person can do on a screen, as data. Keys, the help overlay and the palette come from one list:
 *
 *     export const commands: Command<Work>[] = [
 *       { id: "submit", label: () => t("work.submit"), keys: ["Enter", "Ctrl+Enter"], run: (work) => work.submit() },
 *     ];
 *     useCommands(() => t("work.title"), () => bind(commands, work));   // in the screen's script
 *
 * Keys are written "Ctrl+Shift+Z", "d", "?", "ArrowDown"; Ctrl also stands for the Mac's command key. Law: a key
 * without Ctrl or Alt does nothing while a text field has the focus, and the others only when they say `inText`.
 */
import { chordParts } from "./key-names";

export interface Command<Context> {
  id: string;
  label: () => string;
  keys?: readonly string[];
  run: (context: Context) => void;
  /** Whether it can be done now; always, when left out. */
  when?: (context: Context) => boolean;
  /** Whether it means anything for what is in view (zooming into a text does not): else the help leaves it out. */
  applies?: (context: Context) => boolean;
  /** Also works while one writes in a text field. */
  inText?: boolean;
  /** Has keys, but is no use in the palette (choosing class 3). */
  keysOnly?: boolean;
  /** One of a row of keys that the help tells of once. */
  isFollower?: boolean;
  /** Holding the key down does it again and again. */
  repeats?: boolean;
}

export interface BoundCommand extends Omit<Command<void>, "run" | "when" | "applies"> {
  run: () => void;
  isApplicable: () => boolean;
  isPossible: () => boolean;
}

export function bind<Context>(commands: readonly Command<Context>[], context: Context): BoundCommand[] {
  return commands.map(({ run, when, applies, ...rest }) => ({
    ...rest,
    run: () => run(context),
    isApplicable: () => applies?.(context) ?? true,
    isPossible: () => (applies?.(context) ?? true) && (when?.(context) ?? true),
  }));
}

/** What the help tells of: keys that do something on this screen with what is in view, now or after the next step. */
export function withKeys(commands: readonly BoundCommand[]): BoundCommand[] {
  return commands.filter((one) => one.keys?.length && !one.isFollower && one.isApplicable());
}

type KeyEvent = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** The chords an event may stand for, likeliest first: what was typed, then the key at that place. */
export function chordsOf(event: KeyEvent): string[] {
  const before = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "");
  const shift = event.shiftKey ? "Shift+" : "";
  const key = event.key === " " ? "Space" : event.key;
  const isLetter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const isSign = key.length === 1 && !isLetter;
  // A sign already says which Shift it took: "?" is typed with Shift on some keyboards and without on others.
  const typed = before + (isSign ? "" : shift) + (isLetter ? key.toLowerCase() : key);
  // Digits by their place, for keyboards that write them with Shift (AZERTY) and for the number pad.
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const placed = digit === undefined ? [] : [before + shift + digit, before + digit];
  return [...new Set([typed, ...placed])];
}

/** A chord in the form of `chordsOf`, however it was written. */
export function normalChord(chord: string): string {
  const parts = chordParts(chord);
  const key = parts.pop()!;
  const held = (name: string) => (parts.includes(name) ? `${name}+` : "");
  return held("Ctrl") + held("Alt") + held("Shift") + (key.length === 1 ? key.toLowerCase() : key);
}

export interface KeyPlace {
  /** A text field has the focus. */
  inText: boolean;
  /** The focused control means something else by Enter and Space: a button, a link. */
  onControl: boolean;
}

/** The command an event asks for, the later lists (the screen's) before the earlier (the shell's). */
export function commandFor(
  event: KeyEvent & { repeat?: boolean },
  lists: readonly (readonly BoundCommand[])[],
  place: KeyPlace,
): BoundCommand | null {
  const chords = chordsOf(event);
  if (place.onControl && ["Enter", "Space"].includes(chords[0]!)) return null;
  for (const chord of chords) {
    for (const list of lists.toReversed()) {
      const found = list.find((one) => one.keys?.some((key) => normalChord(key) === chord));
      if (found && worksHere(found, chord, place, event.repeat ?? false) && found.isPossible()) return found;
    }
  }
  return null;
}

function worksHere(command: BoundCommand, chord: string, place: KeyPlace, isRepeated: boolean): boolean {
  if (isRepeated && !command.repeats) return false;
  const isChord = chord.startsWith("Ctrl+") || chord.startsWith("Alt+");
  return !place.inText || (isChord && (command.inText ?? false));
}

const TEXT_INPUTS = new Set(["text", "search", "email", "password", "number", "url", "tel", "date", "time"]);

export function placeOf(target: EventTarget | null): KeyPlace {
  if (!(target instanceof HTMLElement)) return { inText: false, onControl: false };
  const inText =
    target.isContentEditable ||
    ["TEXTAREA", "SELECT"].includes(target.tagName) ||
    (target instanceof HTMLInputElement && TEXT_INPUTS.has(target.type));
  // Radios leave Enter to the screen, as they leave it to a form.
  const onControl =
    target.closest("button, a, summary, [role=option]") !== null && !target.closest("[role=radio]");
  return { inText, onControl };
}
