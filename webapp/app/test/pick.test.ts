import { describe, expect, it } from 'vitest';
import { fixName, free, junk, maxNameBytes, nameFault, visible } from '../src/lib/pick/names';
import { Picked } from '../src/lib/pick/picked.svelte';
import { pastedName } from '../src/lib/pick/read';

const file = (name: string, body = 'x', lastModified = 1): File => new File([body], name, { lastModified });

describe('names', () => {
  it.each(['a.txt', 'costs 2026?.xlsx', 'ünïcode', '…'])('%s may be sent', (name) => expect(nameFault(name)).toBeUndefined());
  it.each([['', 'empty'], ['  ', 'empty'], ['..', 'dots'], ['a/b', 'char'], ['a\\b', 'char'], ['a\nb', 'control'], ['ä'.repeat(600), 'long']])('%j may not', (name, kind) => expect(nameFault(name)?.kind).toBe(kind));
  it.each(['', '..', 'a/b\\c', 'a\u0000b', `${'ä'.repeat(800)}.txt`])('%j can be fixed', (name) => {
    const fixed = fixName(name);
    expect(nameFault(fixed)).toBeUndefined();
    expect(new TextEncoder().encode(fixed).length).toBeLessThanOrEqual(maxNameBytes);
  });
  it('keeps the ending of a long name', () => expect(fixName(`${'ä'.repeat(800)}.txt`)).toMatch(/\.txt$/));
  it('shows what would turn letters around', () => expect(visible('a\u202etxt.exe')).toBe('a\\u202etxt.exe'));
  it('numbers a name that is taken', () => expect(free('a.txt', (name) => name === 'a.txt' || name === 'a 2.txt')).toBe('a 3.txt'));
  it.each([['.DS_Store', true], ['Thumbs.db', true], ['._x', true], ['store.txt', false]])('%s is junk: %s', (name, is) => expect(junk(name)).toBe(is));
  it('names a pasted picture by its time', () => expect(pastedName(new File([''], 'image.png', { type: 'image/png' }), new Date(2026, 10, 24, 22, 40, 5))).toBe('pasted-image-2026-11-24-224005.png'));
});

describe('the list', () => {
  it('takes a file once', () => {
    const list = new Picked();
    expect(list.add([{ file: file('a'), folder: '' }, { file: file('a'), folder: '' }])).toBe(1);
    expect(list.add([{ file: file('a'), folder: '' }])).toBe(0);
  });
  it('takes the same name from two folders', () => {
    const list = new Picked();
    list.add([{ file: file('a'), folder: 'x' }, { file: file('a'), folder: 'x/y' }]);
    expect(list.items.map((i) => i.name)).toEqual(['a', 'a']);
    expect(list.groups).toHaveLength(1);
  });
  it('tells two files of one name apart', () => {
    const list = new Picked();
    list.add([{ file: file('a.txt', 'one'), folder: '' }, { file: file('a.txt', 'another'), folder: '' }]);
    expect(list.items.map((i) => i.name)).toEqual(['a.txt', 'a 2.txt']);
  });
  it('leaves system files out of folders, until they are wanted', () => {
    const list = new Picked();
    list.add([{ file: file('a'), folder: 'x' }, { file: file('.DS_Store'), folder: 'x' }]);
    expect(list.items).toHaveLength(1);
    list.keepLeft();
    expect(list.items).toHaveLength(2);
  });
  it('gives back what was removed', () => {
    const list = new Picked();
    list.add([{ file: file('a'), folder: '' }, { file: file('b'), folder: '' }]);
    const before = list.remove([list.items[0]?.key ?? -1]);
    expect(list.items.map((i) => i.name)).toEqual(['b']);
    list.restore(before);
    expect(list.items.map((i) => i.name)).toEqual(['a', 'b']);
  });
  it('counts names that need a fix', () => {
    const list = new Picked();
    list.add([{ file: file('a'), folder: '' }]);
    list.rename(list.items[0]?.key ?? -1, 'a/b');
    expect(list.faults).toBe(1);
  });
});
