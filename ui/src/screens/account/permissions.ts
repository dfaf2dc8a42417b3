/** The permissions a token can be limited to: those that its owner has somewhere. */
import type { Me } from "../../lib/shapes";

export function permissionsOf(me: Pick<Me, "permissions" | "memberships">): string[] {
  const all = [...me.memberships.flatMap((membership) => membership.permissions), ...me.permissions];
  return [...new Set(all)];
}
