import type { Catalogue } from "../catalogue";

export default {
  title: "Einstellungen",
  project: "Projekt",
  name: "Name",
  note: "Notiz",
  noteHelp: "Steht überall, wo das Projekt erscheint, etwa dass seine Annotatoren simuliert sind.",
  policy: "Qualitätsregeln",
  policyHelp:
    "Anteile gelten für Arbeit, die von jetzt an verteilt wird, Antworten je Element für Elemente, die von jetzt an importiert werden. Mehrheit und Auslassungen gelten sofort für alle Elemente: Sie werden neu gezählt.",
  save: "Änderungen speichern",
  saved: "Einstellungen gespeichert.",
  revert: "Änderungen verwerfen",
  data: "Daten",
  dataHelp: "Bringen Sie weitere Elemente ein, oder nehmen Sie die Labels heraus, wie sie gerade sind.",
  import: "Elemente importieren",
  export: "Labels exportieren",
  audit: "Protokoll",
  auditHelp: "Alles, was in diesem Projekt geschah, das Neueste zuerst. Nichts davon lässt sich ändern.",
  noEvents: "Noch ist nichts geschehen.",
  when: "Wann",
  who: "Wer",
  what: "Was",
  facts: "Angaben",
} satisfies Catalogue["settings"];
