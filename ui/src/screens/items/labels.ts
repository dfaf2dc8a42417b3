/** The label an item has, and where it comes from: the first that there is counts, as in a release. */
import type { ItemRow } from "../../lib/shapes-lead";

export interface ItemLabel {
  /** Class key; null where there is none yet, or where a reviewer found none to be right. */
  key: string | null;
  source: "gold" | "decision" | "consensus" | null;
  /** Of the label shown: only a consensus has one, and the consensus beside a decision may be another class. */
  certainty: number | null;
}

/** A check has its gold label whether or not anybody has answered it; a reference label decides nothing. */
export function labelOf({ gold, resolution, consensus }: ItemRow): ItemLabel {
  if (gold && gold.kind !== "reference") return { key: gold.label, source: "gold", certainty: null };
  if (resolution) return { key: resolution.label, source: "decision", certainty: null };
  if (consensus) return { key: consensus.label, source: "consensus", certainty: consensus.certainty };
  return { key: null, source: null, certainty: null };
}
