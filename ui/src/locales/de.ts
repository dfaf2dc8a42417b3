import type { Catalogue } from "./catalogue";
import common from "./de/common";
import shell from "./de/shell";
import doors from "./de/doors";
import home from "./de/home";
import account from "./de/account";
import project from "./de/project";
import wizard from "./de/wizard";
import spec from "./de/spec";
import policy from "./de/policy";
import overview from "./de/overview";
import items from "./de/items";
import releases from "./de/releases";
import people from "./de/people";
import audit from "./de/audit";
import settings from "./de/settings";
import specPanel from "./de/spec-panel";
import viewer from "./de/viewer";
import work from "./de/work";
import review from "./de/review";

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
