import type { Catalogue } from "../catalogue";

export default {
  cancel: "Cancelar",
  close: "Cerrar",
  copied: "Copiado",
  copy: "Copiar",
  delete: "Eliminar",
  loading: "Cargando…",
  next: "Siguiente",
  none: "ninguno",
  optional: "opcional",
  previous: "Anterior",
  retry: "Reintentar",
  save: "Guardar",
  search: "Buscar",
  noData: "datos insuficientes",
  noDataOf: "datos insuficientes: {n} de {needed} necesarios",
  interval: "intervalo del {level}: {low} a {high}",
  evidence: { one: "n = {n}", other: "n = {n}" },
  offline:
    "No se puede contactar con el servidor. Compruebe la conexión; Karat lo intenta de nuevo por sí solo.",
  unexpected:
    "El servidor respondió con un error ({status}). Inténtelo de nuevo; si persiste, avise a quien administra esta instalación.",
  notFound: "No hay nada en esta dirección.",
  notFoundHelp: "El enlace puede ser antiguo o estar mal escrito.",
  goHome: "Ir al inicio",
} satisfies Catalogue["common"];
