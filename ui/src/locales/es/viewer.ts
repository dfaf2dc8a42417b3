import type { Catalogue } from "../catalogue";

export default {
  zoomIn: "Acercar",
  zoomOut: "Alejar",
  fit: "Ajustar",
  image: "Elemento por etiquetar",
  imageFailed: "La imagen no se cargó.",
  gone: "Este elemento no tiene contenido.",
  view: "Imagen, {percent}. Las flechas la mueven.",
} satisfies Catalogue["viewer"];
