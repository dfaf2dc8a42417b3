import type { Catalogue } from "./catalogue";
import common from "./de/common";
import shell from "./de/shell";
import doors from "./de/doors";
import home from "./de/home";
import account from "./de/account";

export default { common, shell, doors, home, account } satisfies Catalogue;
