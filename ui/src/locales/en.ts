/** English, the source of all keys. One file per namespace; to add one, list it here and in de, es and zh. */
import common from "./en/common";
import shell from "./en/shell";
import doors from "./en/doors";
import home from "./en/home";
import account from "./en/account";
import project from "./en/project";
import wizard from "./en/wizard";
import spec from "./en/spec";
import policy from "./en/policy";
import overview from "./en/overview";
import items from "./en/items";
import releases from "./en/releases";
import people from "./en/people";
import audit from "./en/audit";
import settings from "./en/settings";
import specPanel from "./en/spec-panel";
import viewer from "./en/viewer";
import work from "./en/work";
import review from "./en/review";

export const english = {
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
};
