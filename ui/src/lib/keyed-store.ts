/** Values kept on this device under their own key each, so that two tabs never overwrite each other's lists. */
export interface KeyedStore<T> {
  get(id: string): T | null;
  put(id: string, value: T): void;
  remove(id: string): void;
  all(): T[];
}

/** In the browser's storage; where that is refused or full, in memory, so that work goes on. */
export function keyedStore<T>(prefix: string, storage: Storage | null = ownStorage()): KeyedStore<T> {
  const memory = new Map<string, T>();
  const keys = () => Array.from({ length: storage?.length ?? 0 }, (_, index) => storage!.key(index) ?? "");
  const ids = () => keys().flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));

  function get(id: string): T | null {
    const stored = storage?.getItem(prefix + id) ?? null;
    return stored === null ? (memory.get(id) ?? null) : parse<T>(stored);
  }

  return {
    get,
    put(id, value) {
      try {
        if (!storage) throw new Error("This browser keeps nothing.");
        storage.setItem(prefix + id, JSON.stringify(value));
        memory.delete(id);
      } catch {
        memory.set(id, value);
      }
    },
    remove(id) {
      storage?.removeItem(prefix + id);
      memory.delete(id);
    },
    all() {
      const found = [...new Set([...ids(), ...memory.keys()])].map(get);
      return found.filter((value): value is Awaited<T> & T => value !== null);
    },
  };
}

/** What somebody else wrote under our key is as good as nothing. */
function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

function ownStorage(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
