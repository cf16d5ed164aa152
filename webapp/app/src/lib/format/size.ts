// Bytes in words, and back.

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

// size writes bytes with three digits and SI units: 18.4 MB.
export function size(bytes: number, lang = 'en'): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 ? 0 : value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const number = new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  return `${number.replace(/([.,]\d*?)0+$/, '$1').replace(/[.,]$/, '')} ${units[unit]}`;
}

const factors: Record<string, number> = { '': 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9, t: 1e12, tb: 1e12, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 };

// parseSize reads "10 GB" and the like; undefined when it is none. Empty is 0.
export function parseSize(text: string): number | undefined {
  const found = /^(\d+(?:[.,]\d+)?)?\s*([a-z]*)$/.exec(text.trim().toLowerCase());
  if (!found) return undefined;
  const factor = factors[found[2] ?? ''];
  if (factor === undefined || (!found[1] && found[2])) return undefined;
  return Math.round(Number((found[1] ?? '0').replace(',', '.')) * factor);
}
