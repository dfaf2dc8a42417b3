import type { Catalogue } from "./catalogue";
import common from "./zh/common";
import shell from "./zh/shell";
import doors from "./zh/doors";
import home from "./zh/home";
import account from "./zh/account";

export default { common, shell, doors, home, account } satisfies Catalogue;
