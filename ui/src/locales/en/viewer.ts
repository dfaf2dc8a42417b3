/** Showing an item. */
export default {
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  fit: "Fit",
  image: "Item to label",
  imageFailed: "The image did not load.",
  gone: "This item has no content.",
  view: "Image, {percent}. Arrow keys move it.",
};
