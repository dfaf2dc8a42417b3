import type { Catalogue } from "../catalogue";

export default {
  email: "Correo electrónico",
  password: "Contraseña",
  name: "Su nombre",
  signIn: "Iniciar sesión",
  signInLead: "Etiquetas de las que se puede responder.",
  noAccount: "¿Sin cuenta? Pida una invitación a quien dirige su proyecto.",
  entering: "Iniciando su sesión…",
  linkFailed: "Este enlace de acceso no funcionó",
  linkFailedHelp:
    "Los enlaces de acceso sirven una sola vez y por poco tiempo. Pida uno nuevo o inicie sesión con su contraseña.",
  welcome: "Unirse a {project}",
  invitedAs: "{by} le invita como {role}.",
  passwordHint: "Al menos 10 caracteres.",
  knownAccount: "¿Ya tiene una cuenta aquí? Escriba su correo y contraseña; el proyecto se añadirá.",
  accept: "Aceptar y empezar",
  invitationFailed: "Esta invitación no se puede usar",
  invitationFailedHelp: "Pida un enlace nuevo a quien le invitó.",
  annotator: "anotador",
  reviewer: "revisor",
  lead: "responsable",
  engineer: "ingeniero",
} satisfies Catalogue["doors"];
