import type { Catalogue } from "./catalogue";
import common from "./zh/common";
import shell from "./zh/shell";
import doors from "./zh/doors";
import home from "./zh/home";
import account from "./zh/account";
import project from "./zh/project";
import wizard from "./zh/wizard";
import spec from "./zh/spec";
import policy from "./zh/policy";
import overview from "./zh/overview";
import items from "./zh/items";
import releases from "./zh/releases";
import people from "./zh/people";
import audit from "./zh/audit";
import settings from "./zh/settings";
import specPanel from "./zh/spec-panel";
import viewer from "./zh/viewer";
import work from "./zh/work";
import review from "./zh/review";

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
