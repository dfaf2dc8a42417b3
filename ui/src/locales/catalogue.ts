/** What a catalogue of words must contain: exactly what the English one does. A missing key is a type error. */
import { english } from "./en";

export { english };

type Message<T> = T extends string ? string : { one?: string; other: string };
export type Translated<Words> = { [Name in keyof Words]: Message<Words[Name]> };
export type Catalogue = { [Space in keyof typeof english]: Translated<(typeof english)[Space]> };
export type MessageKey = {
  [Space in keyof typeof english]: `${Space}.${keyof (typeof english)[Space] & string}`;
}[keyof typeof english];
