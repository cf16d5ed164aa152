// Limits of a user in a form: empty is the server's own, -1 none.
import { parseSize, size } from './format/size';

// showLimit writes a limit so that parseLimit reads the same again.
export function showLimit(bytes: number): string {
  if (bytes === 0) return '';
  if (bytes < 0) return '-1';
  const text = size(bytes);
  return parseSize(text) === bytes ? text : String(bytes);
}

// parseLimit is undefined for what is no limit.
export function parseLimit(text: string): number | undefined {
  const clean = text.trim();
  return clean === '-1' ? -1 : parseSize(clean);
}
