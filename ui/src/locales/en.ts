/** English, the source of all keys. One file per namespace; to add one, list it here and in de, es and zh. */
import common from "./en/common";
import shell from "./en/shell";
import doors from "./en/doors";
import home from "./en/home";
import account from "./en/account";

export const english = { common, shell, doors, home, account };
