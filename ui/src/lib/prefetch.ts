/** Images fetched and decoded before they are shown. The elements are kept, so that the browser keeps the pictures. */
const KEPT = 16;
const held = new Map<string, HTMLImageElement>();

export function prefetchImages(urls: readonly string[]): void {
  for (const url of urls) {
    if (held.has(url)) continue;
    const image = new Image();
    image.src = url;
    held.set(url, image);
    // A picture that does not arrive is told of by the viewer, once it is wanted.
    image.decode().catch(() => held.delete(url));
  }
  for (const url of [...held.keys()].slice(0, Math.max(0, held.size - KEPT))) held.delete(url);
}
