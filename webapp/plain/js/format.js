// Figures and times in words.

const plural = (n, word) => `${n} ${word}${n === 1 ? '' : 's'}`;

export const files = (n) => plural(n, 'file');

// size writes bytes with three digits and SI units: 18.4 MB.
export function size(bytes) {
  let n = bytes;
  for (const unit of ['B', 'kB', 'MB', 'GB', 'TB']) {
    const rounded = Number(n.toPrecision(3));
    if (rounded < 1000) return `${unit === 'B' ? Math.round(n) : rounded} ${unit}`;
    n /= 1000;
  }
  return `${Number(n.toPrecision(3))} PB`;
}

// duration writes seconds with two units at most: 6 days, 3 hours.
export function duration(seconds) {
  if (seconds < 60) return 'less than a minute';
  const minutes = Math.floor(seconds / 60);
  const parts = [[Math.floor(minutes / 1440), 'day'], [Math.floor(minutes / 60) % 24, 'hour'], [minutes % 60, 'minute']];
  const first = parts.findIndex(([n]) => n > 0);
  return parts.slice(first, first + 2).filter(([n]) => n > 0).map(([n, word]) => plural(n, word)).join(', ');
}

const long = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' });
const withYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' });

const kinds = { image: 'Image', video: 'Video', audio: 'Sound', font: 'Font', text: 'Text' };

// kind names what sort of file it is in a word or two, by its name or else its type.
export function kind(name, type) {
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1];
  if (ending) return `${ending.toUpperCase()} file`;
  return kinds[type.split('/')[0]] ?? 'File';
}

// date writes a Date in the reader's time zone; the year only where it matters.
export function date(when) {
  const far = Math.abs(when - Date.now()) > 300 * 86400e3;
  return (far ? withYear : long).format(when);
}
