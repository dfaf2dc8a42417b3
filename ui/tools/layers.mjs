/**
 * Who may import whom in the interface: app -> screens -> editors | viewers | charts -> components -> lib.
 *
 * Imports point right, never left; editors, viewers and charts do not know each other; one screen does not know
 * another; what an editor draws must work without a server, so it may not reach the API client.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const RANK = { app: 4, screens: 3, editors: 2, viewers: 2, charts: 2, components: 1, lib: 0 };
const SERVERLESS = ["editors", "viewers", "charts", "components"];
/** Served by every layer: words are looked up, never passed down through ten components. */
const FREE = ["locales"];
const ENTRY = "main.ts";
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.{1,2}\/[^"']+)["']/g;

/** Why `file` may not import `specifier`, or null when it may. Both are written with slashes, from `src`. */
export function objection(file, specifier) {
  const target = posix.normalize(posix.join(posix.dirname(file), specifier));
  if (target.startsWith("..")) return `leaves src; what the interface needs lives inside it`;
  const [from, to] = [layerOf(file), layerOf(target)];
  if (from === null || to === null || FREE.includes(to)) return null;
  if (!(from in RANK)) return `src/${from} is not a layer; put it in one of ${Object.keys(RANK).join(", ")}`;
  if (!(to in RANK)) return `src/${to} is not a layer; put it in one of ${Object.keys(RANK).join(", ")}`;
  if (RANK[to] > RANK[from]) return `${from} may not import ${to}: imports point from app down to lib`;
  if (RANK[to] === RANK[from] && to !== from)
    return `${from} and ${to} do not know each other; share through components or lib`;
  if (from === "screens" && to === "screens" && screenOf(file) !== screenOf(target))
    return `screens do not import each other; move what they share to components or lib`;
  if (SERVERLESS.includes(from) && target.startsWith("lib/api/"))
    return `${from} know no server; take the value as a property`;
  return null;
}

/** Every forbidden import below `root`, as "file:line imports x: reason". */
export function violations(root) {
  return sourceFiles(root).flatMap((path) => {
    const file = relative(root, path).split(sep).join("/");
    const text = readFileSync(path, "utf8");
    return [...text.matchAll(IMPORT)].flatMap((match) => {
      const reason = objection(file, match[1]);
      const line = text.slice(0, match.index).split("\n").length;
      return reason ? [`src/${file}:${line} imports ${match[1]}: ${reason}`] : [];
    });
  });
}

function layerOf(file) {
  const [first, ...rest] = file.split("/");
  return rest.length === 0 ? (first === ENTRY ? "app" : null) : first;
}

/** A screen is a folder, or a single file, directly in screens. */
function screenOf(file) {
  return file.split("/")[1].replace(/\..*$/, "");
}

function sourceFiles(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js|svelte)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = violations(join(dirname(fileURLToPath(import.meta.url)), "..", "src"));
  found.forEach((line) => console.error(line));
  process.exitCode = found.length ? 1 : 0;
}
