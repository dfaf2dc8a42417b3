/** What can be done on every screen. */
import type { Command } from "../lib/commands";
import { t } from "../lib/i18n.svelte";
import { go } from "../lib/router.svelte";
import { chooseTheme } from "../lib/theme.svelte";

export interface Overlays {
  palette: boolean;
  help: boolean;
}

export const shellCommands: Command<Overlays>[] = [
  {
    id: "palette",
    label: () => t("shell.palette"),
    keys: ["Ctrl+K"],
    inText: true,
    keysOnly: true,
    run: (shell) => (shell.palette = true),
  },
  { id: "help", label: () => t("shell.help"), keys: ["?"], run: (shell) => (shell.help = true) },
  { id: "home", label: () => t("shell.home"), run: () => go("/") },
  { id: "account", label: () => t("shell.account"), run: () => go("/account") },
  { id: "theme-light", label: () => t("shell.themeLight"), run: () => chooseTheme("light") },
  { id: "theme-dark", label: () => t("shell.themeDark"), run: () => chooseTheme("dark") },
  { id: "theme-system", label: () => t("shell.themeSystem"), run: () => chooseTheme("system") },
];
