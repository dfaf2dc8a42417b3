import type { Catalogue } from "../catalogue";

export default {
  zoomIn: "Vergrößern",
  zoomOut: "Verkleinern",
  fit: "Einpassen",
  image: "Zu labelndes Element",
  imageFailed: "Das Bild wurde nicht geladen.",
  gone: "Dieses Element hat keinen Inhalt.",
  view: "Bild, {percent}. Pfeiltasten verschieben es.",
} satisfies Catalogue["viewer"];
