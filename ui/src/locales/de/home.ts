import type { Catalogue } from "../catalogue";

export default {
  title: "Projekte",
  newProject: "Neues Projekt",
  emptyTitle: "Noch keine Projekte",
  emptyCreate:
    "Ein Projekt ist eine Frage an viele Elemente. Legen Sie eines an, beschreiben Sie die Klassen und laden Sie die Elemente hoch.",
  emptyWait:
    "Sie sind in keinem Projekt. Bitten Sie eine Leitung um einen Einladungslink und öffnen Sie ihn hier.",
  label: "Labeln",
  review: "Prüfen",
  overview: "Überblick",
  items: "Elemente",
  myAnswers: { one: "Sie haben hier {n} Antwort gegeben", other: "Sie haben hier {n} Antworten gegeben" },
  noAnswers: "Sie haben hier noch nicht geantwortet",
  noItems: "Noch keine Elemente: zuerst welche importieren.",
  resolvedOf: "{resolved} von {items} Elementen entschieden",
  disputed: {
    one: "{n} strittiges Element wartet auf Prüfung",
    other: "{n} strittige Elemente warten auf Prüfung",
  },
  open: { one: "{n} Element ist noch offen", other: "{n} Elemente sind noch offen" },
  allResolved: "Alle Elemente sind entschieden",
  text: "Text",
  image: "Bilder",
  note: "Hinweis",
} satisfies Catalogue["home"];
