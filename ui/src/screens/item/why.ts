/** Why an item's label is what it is, in the person's language; the server's English where we do not know its code. */
import { formatCertainty, formatShare } from "../../lib/format";
import { language, t, type MessageKey, type Values } from "../../lib/i18n.svelte";
import type { ItemDetail } from "../../lib/shapes-lead";

const SENTENCES: Record<string, MessageKey> = {
  gold: "items.whyGold",
  honeypot: "items.whyHoneypot",
  decided: "items.whyDecided",
  decided_undecidable: "items.whyUndecidable",
  unlabeled: "items.whyUnlabeled",
  uncounted: "items.whyUncounted",
  consensus: "items.whyConsensus",
};

export function whyText(
  detail: Pick<ItemDetail, "why" | "why_code" | "why_values"> & { state: string },
): string {
  const key = SENTENCES[detail.why_code];
  if (!key) return detail.why;
  const waits = detail.why_code === "consensus" && detail.state === "disputed";
  return t(key, written(detail.why_values)) + (waits ? ` ${t("items.whyWaits")}` : "");
}

function written({ certainty, ...values }: Values): Values {
  return typeof certainty === "number" ? { ...values, certainty: certaintyText(certainty) } : values;
}

/** Rounding must not turn nearly sure into sure. */
function certaintyText(value: number): string {
  return value > 0.999
    ? t("items.whyMoreThan", { share: formatShare(0.999, language(), 1) })
    : formatCertainty(value, language());
}
