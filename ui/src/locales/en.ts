/** English, the source of all keys. One file per namespace; to add one, list it here and in de, es and zh. */
import common from "./en/common";

export const english = { common };
