import type { Catalogue } from "./catalogue";
import common from "./zh/common";

export default { common } satisfies Catalogue;
