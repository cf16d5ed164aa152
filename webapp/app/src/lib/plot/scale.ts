// Numbers for plots: where lines go, and which days share a bar.
import type { Figures } from '../api/types';

// ticks are the values of the lines of a plot: from zero to at least most, in round steps.
export function ticks(most: number, wanted = 3): number[] {
  const raw = Math.max(most, wanted) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw) ?? raw;
  return Array.from({ length: Math.ceil(Math.max(most, step) / step) + 1 }, (_, i) => i * step);
}

export interface Span { from: string; to: string; uploads: number; files: number; bytes: number }

// spans puts days together, so that no plot has more bars than most: single days, weeks, and so on.
// The last span ends with the last day; the first may be shorter.
export function spans(days: Figures[], most = 92): Span[] {
  const length = [1, 7, 14, 28].find((n) => days.length / n <= most) ?? Math.ceil(days.length / most);
  const out: Span[] = [];
  for (let end = days.length; end > 0; end -= length) {
    const part = days.slice(Math.max(0, end - length), end);
    const sum = (of: (day: Figures) => number): number => part.reduce((total, day) => total + of(day), 0);
    out.unshift({ from: part[0]?.name ?? '', to: part.at(-1)?.name ?? '', uploads: sum((d) => d.uploads ?? 0), files: sum((d) => d.files), bytes: sum((d) => d.bytes) });
  }
  return out;
}
