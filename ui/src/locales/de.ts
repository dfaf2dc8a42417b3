import type { Catalogue } from "./catalogue";
import common from "./de/common";

export default { common } satisfies Catalogue;
