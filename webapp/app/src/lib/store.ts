// The browser's storage, which may be full, forbidden or changed by anybody.

export interface Box {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

function box(kind: 'localStorage' | 'sessionStorage'): Box {
  try {
    const found = window[kind];
    found.getItem('plik');
    return found;
  } catch {
    const memory = new Map<string, string>();
    return {
      getItem: (name) => memory.get(name) ?? null,
      setItem: (name, value) => void memory.set(name, value),
      removeItem: (name) => void memory.delete(name),
    };
  }
}

export const local = box('localStorage');
export const tab = box('sessionStorage');

// load reads a value; what is not there, or not what check expects, is fallback.
export function load<T>(from: Box, name: string, check: (value: unknown) => value is T, fallback: T): T {
  try {
    const value: unknown = JSON.parse(from.getItem(name) ?? 'null');
    return check(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

// save keeps a value and tells whether it is kept.
export function save(to: Box, name: string, value: unknown): boolean {
  try {
    to.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
