import type { Catalogue } from "../catalogue";

export default {
  title: "Konto",
  admin: "verwaltet diese Installation",
  changePassword: "Passwort ändern",
  currentPassword: "Bisheriges Passwort",
  newPassword: "Neues Passwort",
  newPasswordHint:
    "Mindestens 10 Zeichen; ein paar Wörter genügen. Hier bleiben Sie angemeldet, überall sonst werden Sie abgemeldet; API-Tokens gelten weiter.",
  passwordChanged: "Passwort geändert. Überall sonst sind Sie abgemeldet.",
  tokens: "API-Tokens",
  tokensLead:
    "Mit einem Token handelt ein Programm in Ihrem Namen, so weit sein Umfang reicht. Behandeln Sie es wie ein Passwort.",
  newToken: "Neues Token",
  create: "Token anlegen",
  name: "Name",
  nameHint: "Wofür es dient, etwa „nächtlicher Export“.",
  scope: "Umfang",
  scopeAll: "Alles, was ich darf",
  scopeSome: "Nur diese Rechte",
  scopeEmpty: "Wählen Sie mindestens ein Recht oder alles.",
  expiry: "Gültig für (Tage)",
  expires: "Läuft ab",
  lastUsed: "Zuletzt benutzt",
  never: "nie",
  begins: "Beginnt mit",
  revoke: "Widerrufen",
  revokeTitle: "„{name}“ widerrufen?",
  revokeText:
    "Programme, die es benutzen, werden ab sofort abgewiesen. Das lässt sich nicht rückgängig machen.",
  revoked: "„{name}“ ist widerrufen.",
  secretTitle: "Kopieren Sie dieses Token jetzt",
  secretText: "Es wird nur dieses eine Mal gezeigt. Wer es verliert, legt ein neues an.",
  secretDone: "Ich habe es kopiert",
  noTokens: "Keine Tokens",
  noTokensHelp: "Legen Sie eines an, wenn ein Skript oder Programm hier lesen oder schreiben soll.",
} satisfies Catalogue["account"];
