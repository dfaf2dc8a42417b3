/** What can be done while labeling, with its keys. */
import { CLASS_KEYS, classAtKey } from "../../editors/class-keys";
import type { Command } from "../../lib/commands";
import { t } from "../../lib/i18n.svelte";
import type { WorkSession } from "./work-session.svelte";

/** The screen around the session: its dialogs, panel and viewer. */
export interface Desk {
  session: WorkSession;
  askUnsure: () => void;
  askSkip: () => void;
  togglePanel: () => void;
  focusSearch: () => void;
  zoom: (factor: number) => void;
  fit: () => void;
}

const ZOOM_STEP = 1.25;

const isOpen = ({ session }: Desk) => session.viewed !== null;
const classesOf = ({ session }: Desk) => session.desk?.spec.classes ?? [];
const isImage = ({ session }: Desk) => Boolean(session.viewed?.item.image_url);

const classCommands: Command<Desk>[] = CLASS_KEYS.map((key, index) => ({
  id: `class-${key}`,
  label: () => t("work.choose"),
  keys: [key],
  keysOnly: true,
  isFollower: index > 0,
  when: (desk) => isOpen(desk) && classAtKey(classesOf(desk), key) !== undefined,
  run: (desk) => desk.session.choose(classAtKey(classesOf(desk), key)?.key ?? ""),
}));

export const commands: Command<Desk>[] = [
  {
    id: "submit",
    label: () => t("work.submit"),
    keys: ["Enter", "Ctrl+Enter"],
    inText: true,
    when: isOpen,
    run: ({ session }) => session.submit(),
  },
  {
    id: "unsure",
    label: () => t("work.unsure"),
    keys: ["Shift+U"],
    when: isOpen,
    run: (desk) => desk.askUnsure(),
  },
  {
    id: "skip",
    label: () => t("work.skip"),
    keys: ["Ctrl+Space"],
    when: ({ session }) => session.viewed !== null && session.viewed.earlier === null,
    run: (desk) => desk.askSkip(),
  },
  {
    id: "back",
    label: () => t("work.back"),
    keys: ["d", "Ctrl+ArrowLeft"],
    when: ({ session }) => session.stepsBack < session.revisable.length,
    run: ({ session }) => session.back(),
  },
  {
    id: "forward",
    label: () => t("work.forward"),
    keys: ["f", "Ctrl+ArrowRight"],
    when: ({ session }) => session.stepsBack > 0,
    run: ({ session }) => session.forward(),
  },
  {
    id: "undo",
    label: () => t("work.undo"),
    keys: ["Ctrl+Z"],
    when: ({ session }) => session.choice.canUndo,
    run: ({ session }) => session.undo(),
  },
  {
    id: "redo",
    label: () => t("work.redo"),
    keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
    when: ({ session }) => session.choice.canRedo,
    run: ({ session }) => session.redo(),
  },
  { id: "search", label: () => t("work.searchLabels"), keys: ["/"], run: (desk) => desk.focusSearch() },
  { id: "panel", label: () => t("work.togglePanel"), keys: ["Shift+S"], run: (desk) => desk.togglePanel() },
  {
    id: "zoom-in",
    label: () => t("work.zoomIn"),
    keys: ["+"],
    repeats: true,
    applies: isImage,
    run: (desk) => desk.zoom(ZOOM_STEP),
  },
  {
    id: "zoom-out",
    label: () => t("work.zoomOut"),
    keys: ["-"],
    repeats: true,
    applies: isImage,
    run: (desk) => desk.zoom(1 / ZOOM_STEP),
  },
  { id: "fit", label: () => t("work.fit"), keys: ["Shift+0"], applies: isImage, run: (desk) => desk.fit() },
  ...classCommands,
];
