import { expect, test } from "vitest";
import { permissionsOf } from "./permissions";

test("a token can be limited to what its owner may do anywhere, each once", () => {
  const membership = { project_id: 1, project_name: "P", role: "reviewer" as const };
  const memberships = [
    { ...membership, permissions: ["annotate", "review"] },
    { ...membership, permissions: ["annotate"] },
  ];

  expect(permissionsOf({ memberships, permissions: ["create_project"] })).toEqual([
    "annotate",
    "review",
    "create_project",
  ]);
});
