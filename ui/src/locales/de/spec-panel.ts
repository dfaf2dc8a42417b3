import type { Catalogue } from "../catalogue";

export default {
  title: "Spezifikation",
  version: "Version {version}",
  search: "Klassen und Regeln durchsuchen",
  classes: "Klassen",
  rules: "Regeln",
  unsure: "Wann unsicher",
  purpose: "Wozu",
  include: "Diese Klasse",
  exclude: "Nicht diese Klasse",
  nothing: "Nichts in der Spezifikation enthält „{words}“.",
  noDefinition: "Noch keine Definition.",
} satisfies Catalogue["specPanel"];
