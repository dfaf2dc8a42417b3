/** What can be done while reviewing, with its keys. */
import { CLASS_KEYS, classAtKey } from "../../editors/class-keys";
import type { Command } from "../../lib/commands";
import { t } from "../../lib/i18n.svelte";
import type { Spec } from "../../lib/shapes";
import type { ReviewDesk } from "./review-desk.svelte";

export interface ReviewScreen {
  desk: ReviewDesk;
  spec: () => Spec | undefined;
  focusNote: () => void;
  focusSearch: () => void;
  togglePanel: () => void;
}

const isOpen = ({ desk }: ReviewScreen) => desk.item !== null;
const classesOf = ({ spec }: ReviewScreen) => spec()?.classes ?? [];

const classCommands: Command<ReviewScreen>[] = CLASS_KEYS.map((key, index) => ({
  id: `class-${key}`,
  label: () => t("review.choose"),
  keys: [key],
  keysOnly: true,
  isFollower: index > 0,
  when: (screen) => isOpen(screen) && classAtKey(classesOf(screen), key) !== undefined,
  run: (screen) => screen.desk.choose(classAtKey(classesOf(screen), key)?.key ?? ""),
}));

export const commands: Command<ReviewScreen>[] = [
  {
    id: "decide",
    label: () => t("review.decide"),
    keys: ["Enter", "Ctrl+Enter"],
    inText: true,
    when: isOpen,
    run: ({ desk }) => void desk.decide(),
  },
  {
    id: "undecidable",
    label: () => t("review.undecidable"),
    keys: ["Shift+N"],
    when: isOpen,
    run: (screen) => {
      screen.desk.chooseNone();
      screen.focusNote();
    },
  },
  {
    id: "note",
    label: () => t("review.writeNote"),
    keys: ["n"],
    when: isOpen,
    run: (screen) => screen.focusNote(),
  },
  { id: "down", label: () => t("review.down"), keys: ["j"], repeats: true, run: ({ desk }) => desk.move(1) },
  { id: "up", label: () => t("review.up"), keys: ["k"], repeats: true, run: ({ desk }) => desk.move(-1) },
  { id: "search", label: () => t("work.searchLabels"), keys: ["/"], run: (screen) => screen.focusSearch() },
  {
    id: "panel",
    label: () => t("work.togglePanel"),
    keys: ["Shift+S"],
    run: (screen) => screen.togglePanel(),
  },
  ...classCommands,
];
