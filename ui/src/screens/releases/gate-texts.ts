/**
 * What a check of the gate says, in the person's language. The server sends codes and numbers; its English sentences
 * stand in for a code we do not know, and in gates that were kept before there were codes.
 */
import { formatShare } from "../../lib/format";
import { language, t, type MessageKey, type Values } from "../../lib/i18n.svelte";
import type { Gate } from "../../lib/shapes-lead";

type Check = Gate["checks"][number];

const TITLES: Record<string, MessageKey> = {
  items: "releases.checkItems",
  decided: "releases.checkDecided",
  agreement: "releases.checkAgreement",
  gold_accuracy: "releases.checkGold",
};
const TARGETS: Record<string, MessageKey> = {
  items: "releases.targetItems",
  decided: "releases.targetDecided",
  agreement: "releases.targetAgreement",
  gold_accuracy: "releases.targetGold",
};
const FIGURES: Record<string, MessageKey> = {
  decided_of: "releases.figureDecidedOf",
  undecided: "releases.figureUndecided",
  left_out: "releases.figureLeftOut",
  measured: "releases.figureMeasured",
  agreement: "releases.figureAgreement",
  graded: "releases.figureGraded",
  none_graded: "releases.figureNoneGraded",
};
const ADVICE: Record<string, MessageKey> = {
  import: "releases.adviceImport",
  finish: "releases.adviceFinish",
  measure_more: "releases.adviceMeasureMore",
  look_at_missed: "releases.adviceLookAtMissed",
  no_gold: "releases.adviceNoGold",
  grade_more: "releases.adviceGradeMore",
};

export interface CheckTexts {
  title: string;
  figure: string;
  target: string;
  /** Empty where nothing is to be done. */
  advice: string;
}

export function checkTexts(check: Check): CheckTexts {
  const values = writtenValues(check.values, language());
  const say = (key: MessageKey | undefined, english: string) =>
    key && check.figure_code ? t(key, values) : english;
  return {
    title: say(TITLES[check.name], check.title),
    figure: say(FIGURES[check.figure_code], check.figure),
    target: say(TARGETS[check.name], check.target),
    advice: say(ADVICE[check.advice_code], check.advice),
  };
}

/** Counts as they are (their names begin with n), shares in per cent. */
function writtenValues(values: Record<string, number>, tag: string): Values {
  const written = Object.entries(values).map(([name, value]) => [
    name,
    name.startsWith("n") ? value : formatShare(value, tag, name === "target" ? 0 : 1),
  ]);
  return Object.fromEntries(written) as Values;
}
