import type { Catalogue } from "../catalogue";

export default {
  title: "Ajustes",
  project: "Proyecto",
  name: "Nombre",
  note: "Nota",
  noteHelp: "Se muestra dondequiera que aparezca el proyecto, por ejemplo que sus anotadores son simulados.",
  policy: "Reglas de calidad",
  policyHelp:
    "Las partes valen para el trabajo que se reparta desde ahora; las respuestas por elemento, para los que se importen desde ahora. La mayoría y las omisiones valen en seguida para todos los elementos, que se vuelven a contar.",
  save: "Guardar cambios",
  saved: "Ajustes guardados.",
  revert: "Deshacer cambios",
  data: "Datos",
  dataHelp: "Añada más elementos o saque las etiquetas tal como están.",
  import: "Importar elementos",
  export: "Exportar etiquetas",
  audit: "Registro de auditoría",
  auditHelp: "Todo lo ocurrido en este proyecto, lo más reciente primero. Nada de esto se puede cambiar.",
  noEvents: "Todavía no ha ocurrido nada.",
  when: "Cuándo",
  who: "Quién",
  what: "Qué",
  facts: "Datos",
} satisfies Catalogue["settings"];
