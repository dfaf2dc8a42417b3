import type { Catalogue } from "./catalogue";
import common from "./es/common";

export default { common } satisfies Catalogue;
