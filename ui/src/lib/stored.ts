/** Small facts kept on this device. A browser that refuses storage (private windows) forgets them; nothing breaks. */
const PREFIX = "karat.";

export function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Full or forbidden storage: the choice lasts as long as the page.
  }
}
