import type { Catalogue } from "../catalogue";

export default {
  title: "Especificación",
  version: "versión {version}",
  search: "Buscar clases y reglas",
  classes: "Clases",
  rules: "Reglas",
  unsure: "Cuándo dudar",
  purpose: "Para qué",
  include: "Esta clase",
  exclude: "No es esta clase",
  nothing: "Nada en la especificación contiene «{words}».",
  noDefinition: "Aún sin definición.",
} satisfies Catalogue["specPanel"];
