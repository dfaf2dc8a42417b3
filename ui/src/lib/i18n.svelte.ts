/**
 * Words in the person's language. `t("work.submit")` looks one up; `t("work.answered", { n: 3 })` fills it in and
 * picks the plural by `n`. Used in markup or `$derived`, it follows the language switch.
 */
import { english, type Catalogue, type MessageKey } from "../locales/catalogue";
import { read, write } from "./stored";

export type { MessageKey } from "../locales/catalogue";

export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", zh: "中文" } as const;
export type Language = keyof typeof LANGUAGES;

/** English is always there, as the fallback and for the first paint; the others arrive when asked for. */
const LOADERS: Record<Exclude<Language, "en">, () => Promise<{ default: Catalogue }>> = {
  de: () => import("../locales/de"),
  es: () => import("../locales/es"),
  zh: () => import("../locales/zh"),
};

let shown = $state.raw<{ language: Language; words: Catalogue }>({ language: "en", words: english });

export function language(): Language {
  return shown.language;
}

/** The person's choice, else the browser's first language that we speak, else English. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): Language {
  const chosen = read("language");
  const candidates = [chosen ?? "", ...wanted].map((tag) => tag.slice(0, 2).toLowerCase());
  return (candidates.find((tag) => tag in LANGUAGES) as Language | undefined) ?? "en";
}

/** Switch the language; resolves when its words are on screen. */
export async function speak(wanted: Language): Promise<void> {
  const words = wanted === "en" ? english : (await LOADERS[wanted]()).default;
  shown = { language: wanted, words };
  if (typeof document !== "undefined") document.documentElement.lang = wanted;
}

/** Switch and remember it on this device. */
export async function chooseLanguage(wanted: Language): Promise<void> {
  write("language", wanted);
  await speak(wanted);
}

export type Values = Record<string, string | number>;

export function t(key: MessageKey, values: Values = {}): string {
  const [space, name] = key.split(".") as [string, string];
  const message = (shown.words as Record<string, Record<string, string | Plural>>)[space]?.[name];
  return message === undefined ? key : fill(message, values, shown.language);
}

type Plural = { one?: string; other: string };

/** Put values into a message; numbers are written the language's way. */
export function fill(message: string | Plural, values: Values, tag: Language): string {
  const template = typeof message === "string" ? message : pluralOf(message, Number(values.n ?? 0), tag);
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(tag).format(value) : value;
  });
}

function pluralOf(message: Plural, n: number, tag: Language): string {
  const form = new Intl.PluralRules(tag).select(n);
  return (form === "one" ? message.one : undefined) ?? message.other;
}
