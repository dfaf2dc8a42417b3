import type { Catalogue } from "./catalogue";
import common from "./es/common";
import shell from "./es/shell";
import doors from "./es/doors";
import home from "./es/home";
import account from "./es/account";
import project from "./es/project";
import wizard from "./es/wizard";
import spec from "./es/spec";
import policy from "./es/policy";
import overview from "./es/overview";
import items from "./es/items";
import releases from "./es/releases";
import people from "./es/people";
import audit from "./es/audit";
import settings from "./es/settings";
import specPanel from "./es/spec-panel";
import viewer from "./es/viewer";
import work from "./es/work";
import review from "./es/review";

export default {
  common,
  shell,
  doors,
  home,
  account,
  project,
  wizard,
  spec,
  policy,
  overview,
  items,
  releases,
  people,
  audit,
  settings,
  specPanel,
  viewer,
  work,
  review,
} satisfies Catalogue;
