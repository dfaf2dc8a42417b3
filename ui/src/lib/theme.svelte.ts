/** Light, dark, or as the system says; remembered on this device. */
import { read, write } from "./stored";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

let chosen = $state<Theme>("system");

export function theme(): Theme {
  return chosen;
}

export function wearStoredTheme(): void {
  const stored = read("theme");
  wear(THEMES.find((one) => one === stored) ?? "system");
}

export function chooseTheme(wanted: Theme): void {
  write("theme", wanted);
  wear(wanted);
}

function wear(wanted: Theme): void {
  chosen = wanted;
  if (wanted === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
}

/** The colour a token ("--gold") has right now, as rgb(), for canvases that cannot resolve light-dark(). */
export function resolvedColour(token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
