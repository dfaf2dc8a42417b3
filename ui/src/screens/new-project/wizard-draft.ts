/** What has been entered about a project that does not exist yet; kept in the browser until it does. */
import { DEFAULT_POLICY } from "../../lib/policy-fields";
import type { Policy } from "../../lib/shapes-lead";
import { emptySpec, type SpecDraft } from "../../lib/spec-draft";
import { read, write } from "../../lib/stored";

export interface WizardDraft {
  name: string;
  mediaKind: "text" | "image";
  spec: SpecDraft;
  policy: Policy;
}

const PLACE = "new-project";

export function emptyDraft(): WizardDraft {
  return { name: "", mediaKind: "text", spec: emptySpec(), policy: { ...DEFAULT_POLICY } };
}

export function keptDraft(): WizardDraft {
  return parseDraft(read(PLACE)) ?? emptyDraft();
}

export function keepDraft(draft: WizardDraft | null): void {
  write(PLACE, draft && JSON.stringify(draft));
}

/** Null for anything that is not a draft of this shape: an older version's draft is not worth a broken screen. */
export function parseDraft(text: string | null): WizardDraft | null {
  if (text === null) return null;
  try {
    const found = JSON.parse(text) as Partial<WizardDraft> | null;
    const isWhole =
      typeof found?.name === "string" &&
      (found.mediaKind === "text" || found.mediaKind === "image") &&
      Array.isArray(found.spec?.classes) &&
      Array.isArray(found.spec.rules) &&
      typeof found.policy === "object";
    return isWhole ? { ...emptyDraft(), ...found, policy: { ...DEFAULT_POLICY, ...found.policy } } : null;
  } catch {
    return null;
  }
}

export function isUntouched(draft: WizardDraft): boolean {
  return JSON.stringify(draft) === JSON.stringify({ ...emptyDraft(), mediaKind: draft.mediaKind });
}
