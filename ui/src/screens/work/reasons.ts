/** Reasons for being unsure and for skipping, as suggestions; own words can always be added. */
import { t } from "../../lib/i18n.svelte";

export function unsureSuggestions(): string[] {
  return [
    t("work.reasonTwoFit"),
    t("work.reasonNoneFits"),
    t("work.reasonNoContext"),
    t("work.reasonSpecSilent"),
  ];
}

export function skipSuggestions(): string[] {
  return [
    t("work.reasonUnreadable"),
    t("work.reasonWrongLanguage"),
    t("work.reasonBroken"),
    t("work.reasonUpsetting"),
  ];
}

export function joinedReason(picked: string | null, words: string): string {
  return [picked, words.trim()].filter(Boolean).join(": ");
}
