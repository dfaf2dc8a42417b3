import type { Catalogue } from "../catalogue";

export default {
  title: "Proyectos",
  newProject: "Proyecto nuevo",
  emptyTitle: "Aún no hay proyectos",
  emptyCreate:
    "Un proyecto es una pregunta sobre muchos elementos. Cree uno, defina cada clase y cargue los elementos.",
  emptyWait: "No pertenece a ningún proyecto. Pida a un responsable un enlace de invitación y ábralo aquí.",
  label: "Etiquetar",
  review: "Revisar",
  overview: "Resumen",
  items: "Elementos",
  myAnswers: { one: "Ha dado {n} respuesta aquí", other: "Ha dado {n} respuestas aquí" },
  noAnswers: "Aún no ha respondido aquí",
  noItems: "Aún no hay elementos: impórtelos primero.",
  resolvedOf: "{resolved} de {items} elementos resueltos",
  disputed: {
    one: "{n} elemento en disputa espera revisión",
    other: "{n} elementos en disputa esperan revisión",
  },
  open: { one: "{n} elemento sigue abierto", other: "{n} elementos siguen abiertos" },
  allResolved: "Todos los elementos están resueltos",
  text: "texto",
  image: "imágenes",
  note: "Nota",
} satisfies Catalogue["home"];
