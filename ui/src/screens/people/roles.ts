/** The roles a person can have in a project, from the fewest rights to the most. */
import type { RoleName } from "../../lib/shapes-lead";

export const ROLES: readonly RoleName[] = ["annotator", "reviewer", "engineer", "lead"];
