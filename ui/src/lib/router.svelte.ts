/** The address bar as state. Addresses live behind the "#", so that one file serves all screens. */

export interface Address {
  path: string;
  query: URLSearchParams;
}

export type Params = Record<string, string>;

export function parseAddress(hash: string): Address {
  const [path = "", search = ""] = hash.replace(/^#/, "").split("?", 2);
  return { path: "/" + path.split("/").filter(Boolean).join("/"), query: new URLSearchParams(search) };
}

/** The parameters with which `pattern` ("/projects/:id/work") fits `path`, or null. */
export function matchPath(pattern: string, path: string): Params | null {
  const wanted = pattern.split("/").filter(Boolean);
  const given = path.split("/").filter(Boolean);
  if (wanted.length !== given.length) return null;
  const params: Params = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index]!;
    if (part.startsWith(":")) params[part.slice(1)] = decode(value);
    else if (part !== value) return null;
  }
  return params;
}

/** A mistyped percent sign is an address that leads nowhere, not a crash. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export type QueryValues = Record<string, string | number | boolean | null | undefined>;

/** `href("/projects/3/items", { state: "open" })` is "#/projects/3/items?state=open"; empty values are left out. */
export function href(path: string, query: QueryValues = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return `#${path}${text ? `?${text}` : ""}`;
}

let address = $state.raw<Address>(parseAddress(typeof location === "undefined" ? "" : location.hash));

/** Where we are; follows the address bar. */
export function here(): Address {
  return address;
}

export function go(path: string, query: QueryValues = {}): void {
  location.hash = href(path, query);
}

/** Go without leaving a step in the history, as filters do while one types. */
export function replace(path: string, query: QueryValues = {}): void {
  history.replaceState(history.state, "", href(path, query));
  address = parseAddress(location.hash);
}

function follow(): void {
  address = parseAddress(location.hash);
}

/** Start following the address bar; returns how to stop. */
export function followAddress(): () => void {
  window.addEventListener("hashchange", follow);
  return () => window.removeEventListener("hashchange", follow);
}
