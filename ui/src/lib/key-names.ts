/** How chords are shown: on a Mac by its symbols, elsewhere by the words on the keys. */
const SYMBOLS: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Delete: "Del",
};
const MAC_SYMBOLS: Record<string, string> = { Ctrl: "⌘", Shift: "⇧", Alt: "⌥", Enter: "↩" };

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

export function keyNames(chord: string, mac = isMac): string[] {
  return chordParts(chord).map((key) => {
    const named = SYMBOLS[key] ?? (mac ? MAC_SYMBOLS[key] : undefined) ?? key;
    return named.length === 1 ? named.toUpperCase() : named;
  });
}

/** "Ctrl+Shift+Z" in its parts. A plus at the end, or alone, is the key itself. */
export function chordParts(chord: string): string[] {
  return chord.split(/\+(?=.)/).flatMap((part) => (part === "" ? [] : part));
}
