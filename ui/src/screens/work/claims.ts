/** What the server's list of claims changes in ours. */
import type { WorkAssignment } from "../../lib/shapes";

export interface Claims {
  /** Ours, the current one first. */
  held: readonly WorkAssignment[];
  /** Answered here, though the server may not know it yet. */
  answered: ReadonlySet<string>;
  /** Whether an answer to it has been begun. */
  isBegun: (id: string) => boolean;
  /** The list is older than one already merged: it may add, and proves nothing gone. */
  isLate: boolean;
}

/**
 * The claims in our order, new ones behind. The item in view stays what it is while an answer to it is begun, even
 * when its claim is gone; then the server refuses the answer, and the refusal is shown. Items keep the content they
 * came with: the address of an image changes with every list, and a new one would be fetched again.
 */
export function merged(claims: Claims, listed: readonly WorkAssignment[]): WorkAssignment[] {
  const open = new Map(listed.filter(({ id }) => !claims.answered.has(id)).map((one) => [one.id, one]));
  const kept = claims.held.filter(
    ({ id }, index) => claims.isLate || open.has(id) || (index === 0 && claims.isBegun(id)),
  );
  const renewed = kept.map((one) => renewedBy(one, open.get(one.id)));
  const ours = new Set(kept.map(({ id }) => id));
  return [...renewed, ...[...open.values()].filter(({ id }) => !ours.has(id))];
}

function renewedBy(held: WorkAssignment, listed: WorkAssignment | undefined): WorkAssignment {
  if (!listed) return held;
  const hasContent = held.item.text !== null || held.item.image_url !== null;
  return { ...listed, item: hasContent ? held.item : listed.item };
}
