import type { Catalogue } from "../catalogue";

export default {
  email: "E-Mail",
  password: "Passwort",
  name: "Ihr Name",
  signIn: "Anmelden",
  signInLead: "Labels, für die man einstehen kann.",
  noAccount: "Kein Konto? Bitten Sie die Leitung Ihres Projekts um eine Einladung.",
  entering: "Sie werden angemeldet…",
  linkFailed: "Dieser Anmeldelink hat nicht funktioniert",
  linkFailedHelp:
    "Anmeldelinks gelten einmal und nur kurze Zeit. Bitten Sie um einen neuen oder melden Sie sich mit Passwort an.",
  welcome: "{project} beitreten",
  invitedAs: "{by} lädt Sie als {role} ein.",
  passwordHint: "Mindestens 10 Zeichen.",
  knownAccount:
    "Sie haben hier schon ein Konto? Geben Sie dessen E-Mail und Passwort ein; das Projekt kommt hinzu.",
  accept: "Annehmen und beginnen",
  invitationFailed: "Diese Einladung gilt nicht",
  invitationFailedHelp: "Bitten Sie um einen neuen Link.",
  annotator: "Annotator:in",
  reviewer: "Prüfer:in",
  lead: "Leitung",
  engineer: "Engineer",
} satisfies Catalogue["doors"];
