/** Which column of an uploaded file is what, as the person corrects the server's guess. */

export const ROLES = ["id", "content", "label", "annotator", "gold", "check", "priority"] as const;
export type MappedRole = (typeof ROLES)[number];
/** `meta`: kept with the item, with no meaning of its own. */
export type Role = MappedRole | "meta";

export interface FoundColumn {
  name: string;
  role: string;
}

export type Roles = Record<string, Role>;

/** The server's guess as one role per column. Of two columns guessed alike the first has it. */
export function rolesOf(columns: readonly FoundColumn[]): Roles {
  const taken = new Set<Role>();
  const roles: Roles = {};
  for (const { name, role } of columns) {
    const wanted = roleNamed(role);
    roles[name] = wanted !== "meta" && taken.has(wanted) ? "meta" : wanted;
    taken.add(wanted);
  }
  return roles;
}

/** The server calls a column that tells honeypots from gold "honeypot"; its mapping calls it "check". */
function roleNamed(role: string): Role {
  if (role === "honeypot") return "check";
  return (ROLES as readonly string[]).includes(role) ? (role as MappedRole) : "meta";
}

/** The roles after `column` has been given `role`; whoever had it before is without one. */
export function withRole(roles: Roles, column: string, role: Role): Roles {
  const others = Object.entries(roles).map(([name, held]) => [name, held === role ? "meta" : held] as const);
  return { ...Object.fromEntries(role === "meta" ? Object.entries(roles) : others), [column]: role };
}

export type Mapping = Record<MappedRole, string | null>;

export function mappingOf(roles: Roles): Mapping {
  const holder = (role: MappedRole) => Object.keys(roles).find((name) => roles[name] === role) ?? null;
  return Object.fromEntries(ROLES.map((role) => [role, holder(role)])) as Mapping;
}

export type MappingProblem =
  "contentMissing" | "labelWithoutAnnotator" | "annotatorWithoutLabel" | "checkWithoutGold";

/** What keeps this mapping from being imported. Images bring their content with them and have no columns. */
export function mappingProblems(mapping: Mapping): MappingProblem[] {
  const problems: MappingProblem[] = [];
  if (mapping.content === null) problems.push("contentMissing");
  if (mapping.label !== null && mapping.annotator === null) problems.push("labelWithoutAnnotator");
  if (mapping.annotator !== null && mapping.label === null) problems.push("annotatorWithoutLabel");
  if (mapping.check !== null && mapping.gold === null) problems.push("checkWithoutGold");
  return problems;
}
