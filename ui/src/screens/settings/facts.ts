/** The facts of an event on one line. */

const MAX_VALUE = 120;

/** "item 41, label spam": names with spaces, long values cut, empty ones left out. */
export function factsText(facts: Record<string, unknown>): string {
  return Object.entries(facts)
    .filter(([, value]) => value !== null && value !== "" && value !== undefined)
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${shortened(value)}`)
    .join(", ");
}

function shortened(value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}
