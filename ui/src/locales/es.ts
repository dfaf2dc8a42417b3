import type { Catalogue } from "./catalogue";
import common from "./es/common";
import shell from "./es/shell";
import doors from "./es/doors";
import home from "./es/home";
import account from "./es/account";

export default { common, shell, doors, home, account } satisfies Catalogue;
