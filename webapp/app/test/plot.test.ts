import { describe, expect, it } from 'vitest';
import { spans, ticks } from '../src/lib/plot/scale';
import { rowsOf } from '../src/lib/settings';

const days = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `day ${i}`, uploads: 1, files: 2, bytes: 3 }));

describe('the lines of a plot', () => {
  it.each([[0, [0, 1]], [1, [0, 1]], [15, [0, 5, 10, 15]], [92, [0, 50, 100]], [52_400_000, [0, 20_000_000, 40_000_000, 60_000_000]]])('up to %d are %j', (most, lines) => expect(ticks(most)).toEqual(lines));
  it('are above all bars, and few', () => {
    for (let most = 1; most < 1e12; most = most * 1.7 + 1) {
      const lines = ticks(most);
      expect(lines.at(-1)).toBeGreaterThanOrEqual(most);
      expect(lines.length).toBeLessThanOrEqual(5);
    }
  });
});

describe('the bars of a plot', () => {
  it('are days', () => expect(spans(days(30))).toHaveLength(30));
  it('are weeks where days are too many, and nothing is lost', () => {
    const weeks = spans(days(365));
    expect(weeks).toHaveLength(53);
    expect(weeks.at(-1)).toEqual({ from: 'day 358', to: 'day 364', uploads: 7, files: 14, bytes: 21 });
    expect(weeks[0]).toMatchObject({ from: 'day 0', to: 'day 0' });
    expect(weeks.reduce((sum, week) => sum + week.bytes, 0)).toBe(365 * 3);
  });
  it('of no days are none', () => expect(spans([])).toEqual([]));
  it('take a day without uploads for zero', () => expect(spans([{ name: 'd', files: 0, bytes: 0 }])[0]?.uploads).toBe(0));
});

describe('settings', () => {
  it('are sorted, their parts apart, secrets told', () =>
    expect(rowsOf({ Path: '', B: { Secret: '[set]', Bucket: 'x' }, A: ['one', 2], Debug: false, Empty: {} })).toEqual([
      { key: 'A', text: 'one, 2', secret: false },
      { key: 'B.Bucket', text: 'x', secret: false },
      { key: 'B.Secret', text: '[set]', secret: true },
      { key: 'Debug', text: 'false', secret: false },
      { key: 'Empty', text: '', secret: false },
      { key: 'Path', text: '', secret: false },
    ]));
});
