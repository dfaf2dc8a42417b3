import type { Catalogue } from "../catalogue";

export default {
  cancel: "Abbrechen",
  close: "Schließen",
  copied: "Kopiert",
  copy: "Kopieren",
  delete: "Löschen",
  loading: "Lädt…",
  next: "Weiter",
  none: "keine",
  optional: "freiwillig",
  previous: "Zurück",
  retry: "Noch einmal versuchen",
  save: "Speichern",
  search: "Suchen",
  noData: "zu wenig Daten",
  noDataOf: "zu wenig Daten: {n} von {needed} nötigen",
  interval: "{level}-Intervall {low} bis {high}",
  evidence: { one: "n = {n}", other: "n = {n}" },
  offline:
    "Der Server ist nicht erreichbar. Bitte die Verbindung prüfen; Karat versucht es von selbst wieder.",
  unexpected:
    "Der Server meldet einen Fehler ({status}). Bitte noch einmal versuchen; bleibt es dabei, hilft, wer diese Installation betreibt.",
  notFound: "Unter dieser Adresse ist nichts.",
  notFoundHelp: "Der Link ist vielleicht alt oder falsch geschrieben.",
  goHome: "Zur Startseite",
} satisfies Catalogue["common"];
