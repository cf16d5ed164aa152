// Times in words, in the reader's language.

const steps = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
] as const;

type Step = (typeof steps)[number][0];

const part = (lang: string, n: number, unit: Step | 'second'): string => new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(n);

// duration writes seconds with its two largest units: "6 days, 3 hours". less is what stands for
// under a minute.
export function duration(seconds: number, lang: string, less: string): string {
  const words: string[] = [];
  let rest = Math.max(0, Math.floor(seconds));
  for (const [unit, length] of steps) {
    const n = Math.floor(rest / length);
    rest -= n * length;
    if (n > 0) words.push(part(lang, n, unit));
    if (n > 0 && words.length === 1 && rest < (length === 86400 ? 3600 : 60)) break;
    if (words.length === 2) break;
  }
  return words.length > 0 ? words.join(', ') : less;
}

// seconds is duration for a wait that is counted down.
export function seconds(n: number, lang: string, less: string): string {
  return n < 60 ? part(lang, Math.max(1, Math.ceil(n)), 'second') : duration(n, lang, less);
}

// until says when something is, seen from now: "in 7 days". Past: empty.
export function until(at: Date, now: Date, lang: string): string {
  const left = (at.getTime() - now.getTime()) / 1000;
  if (left <= 0) return '';
  const format = new Intl.RelativeTimeFormat(lang, { numeric: 'always' });
  for (const [unit, length] of steps) if (left >= length) return format.format(Math.floor(left / length), unit);
  return format.format(1, 'minute');
}

// day is a date with its time: "Monday, 30 November at 22:40".
export function moment(at: Date, lang: string): string {
  return new Intl.DateTimeFormat(lang, { weekday: 'long', day: 'numeric', month: 'long', hour: 'numeric', minute: '2-digit' }).format(at);
}

// date is short, for tables: the time of today, or the day.
export function date(at: Date, now: Date, lang: string): string {
  if (at.toDateString() === now.toDateString()) return new Intl.DateTimeFormat(lang, { hour: 'numeric', minute: '2-digit' }).format(at);
  const year = at.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', year }).format(at);
}
