import { describe, expect, it } from 'vitest';
import { parseSize, size } from '../src/lib/format/size';
import { duration, seconds, until } from '../src/lib/format/time';
import { parseLimit, showLimit } from '../src/lib/limits';

describe('size', () => {
  it.each([[0, '0 B'], [999, '999 B'], [1000, '1 kB'], [412_000, '412 kB'], [999_499, '999 kB'], [999_500, '1 MB'], [18_400_000, '18.4 MB'], [1_240_000_000, '1.24 GB'], [10_000_000_000, '10 GB'], [-5, '0 B'], [1e20, '100 EB']])('writes %d as %s', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });
  it('uses the decimal comma where it is used', () => expect(size(18_400_000, 'de')).toBe('18,4 MB'));
});

describe('parseSize', () => {
  it.each([['10 GB', 1e10], ['1.5mb', 1_500_000], ['1,5 MB', 1_500_000], ['2 GiB', 2 ** 31], ['7', 7], ['', 0]])('reads %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));
  it.each(['GB', 'ten', '1 XB', '-3', '1 GB more'])('refuses %s', (text) => expect(parseSize(text)).toBeUndefined());
});

describe('limits of a user', () => {
  it.each([0, -1, 1e9, 123_456_789, 1_240_000_000])('%d comes back as it was', (bytes) => expect(parseLimit(showLimit(bytes))).toBe(bytes));
  it('refuses what is none', () => expect(parseLimit('lots')).toBeUndefined());
});

describe('duration', () => {
  it.each([[0, 'less'], [59, 'less'], [60, '1 minute'], [3600, '1 hour'], [3661, '1 hour, 1 minute'], [6 * 86400 + 3 * 3600, '6 days, 3 hours'], [7 * 86400, '7 days'], [86400 + 120, '1 day']])('writes %d seconds as %s', (s, text) => expect(duration(s, 'en', 'less')).toBe(text));
  it('speaks other languages', () => expect(duration(7 * 86400, 'de', '')).toBe('7 Tage'));
  it('counts the last minute in seconds', () => expect(seconds(39.2, 'en', '')).toBe('40 seconds'));
});

describe('until', () => {
  const now = new Date('2026-11-24T12:00:00Z');
  it.each([['2026-12-01T12:00:00Z', 'in 7 days'], ['2026-11-24T13:30:00Z', 'in 1 hour'], ['2026-11-24T12:00:20Z', 'in 1 minute'], ['2026-11-24T11:00:00Z', '']])('%s is %s', (at, text) => expect(until(new Date(at), now, 'en')).toBe(text));
});
