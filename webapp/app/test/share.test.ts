import { describe, expect, it } from 'vitest';
import type { RemoteFile } from '../src/lib/api/types';
import { failureOf } from '../src/lib/api/http';
import { filePath, saveURL, zipPath } from '../src/lib/api/uploads';
import { kindOf } from '../src/lib/kinds';
import { reference } from '../src/lib/send/begin';
import { qrPath } from '../src/lib/share/qr';
import { parseTable } from '../src/lib/share/table';
import { flatten, pathOf, treeOf } from '../src/lib/share/tree';

const file = (fileName: string, reference = '0', fileSize = 1): RemoteFile => ({ id: fileName, fileName, status: 'uploaded', fileMd5: '', fileType: '', fileSize, reference, createdAt: '' });

describe('the tree', () => {
  it('shows folders that references name, and no others', () => {
    const tree = treeOf([file('z.txt', '7'), file('b.jpg', '/photos/east/b.jpg', 3), file('a.jpg', '/photos/a.jpg', 2)]);
    expect(tree.folders.map((f) => [f.name, f.size, f.folders.map((g) => g.name)])).toEqual([['photos', 5, ['east']]]);
    expect(flatten(tree).map((f) => f.fileName)).toEqual(['b.jpg', 'a.jpg', 'z.txt']);
  });
  it('sorts numbers as numbers, or by size', () => {
    const files = [file('10', '0', 1), file('9', '0', 2)];
    expect(treeOf(files).files.map((f) => f.fileName)).toEqual(['9', '10']);
    expect(treeOf(files, 'size').files.map((f) => f.fileName)).toEqual(['9', '10']);
    expect(treeOf([file('a', '0', 1), file('b', '0', 2)], 'size').files.map((f) => f.fileName)).toEqual(['b', 'a']);
  });
  it.each([['/../../etc/passwd', 'etc'], ['plain', ''], ['/a.txt', ''], ['/x/./y/a', 'x/y']])('%s stood in %j', (reference, path) => expect(pathOf({ reference })).toBe(path));
  it('is what the sender marks', () => {
    expect(pathOf({ reference: reference('photos/east', 'b.jpg', 3) })).toBe('photos/east');
    expect(reference('', 'b.jpg', 3)).toBe('3');
    expect(reference('x'.repeat(2000), 'b.jpg', 3)).toBe('3');
  });
});

describe('tables', () => {
  it.each([
    ['a,b\n1,2\n', ',', [['a', 'b'], ['1', '2']]],
    ['"a, b","c ""d"""', ',', [['a, b', 'c "d"']]],
    ['"x\ny",z', ',', [['x\ny', 'z']]],
    ['a;b\n1;2', ',', [['a', 'b'], ['1', '2']]],
    ['a\tb', '\t', [['a', 'b']]],
    ['"open', ',', [['open']]],
    ['', ',', []],
  ] as const)('reads %j', (text, separator, rows) => expect(parseTable(text, separator)).toEqual(rows));
});

describe('addresses', () => {
  const upload = { id: 'U', stream: false, downloadDomain: '' };
  it('escape names', () => expect(filePath(upload, { id: 'F', fileName: 'a b#?%/ä.txt' })).toBe('file/U/F/a%20b%23%3F%25%2F%C3%A4.txt'));
  it('of streams are their own', () => expect(filePath({ ...upload, stream: true }, { id: 'F', fileName: 'a' })).toBe('stream/U/F/a'));
  it('save, from the host that serves bytes', () => expect(saveURL({ ...upload, downloadDomain: 'https://dl.example.org' }, zipPath(upload, ['a', 'b']))).toBe('https://dl.example.org/archive/U/archive.zip?files=a,b&dl=1'));
  it('show a ticket to another host only', () => {
    expect(saveURL({ ...upload, downloadDomain: 'https://dl.example.org' }, 'file/U/F/a', 't+/')).toBe('https://dl.example.org/file/U/F/a?dl=1&ticket=t%2B%2F');
    expect(saveURL(upload, 'file/U/F/a', 't')).not.toContain('ticket');
  });
  it('wait for the sender of a stream', () => expect(saveURL({ ...upload, stream: true, downloadDomain: 'https://x.example' }, 'stream/U/F/a')).toContain('wait=60'));
});

describe('answers', () => {
  it('of a problem', () => expect(failureOf(507, '{"detail":"no space","code":"disk_full"}', '12')).toMatchObject({ status: 507, message: 'no space', code: 'disk_full', retryAfter: 12 }));
  it('of an old server', () => expect(failureOf(404, 'not found\n', null)).toMatchObject({ status: 404, message: 'not found', retryAfter: 0 }));
  it('of nobody', () => expect(failureOf(502, '', 'Wed, 21 Oct')).toMatchObject({ message: 'HTTP 502', retryAfter: 0 }));
});

it.each([['a.JPG', '', 'image'], ['x', 'video/mp4', 'video'], ['a.tar.gz', '', 'archive'], ['Makefile', '', 'code'], ['x.unknown', 'text/plain', 'text'], ['x', '', 'file']])('%s (%s) is a %s', (name, type, kind) => expect(kindOf(name, type)).toBe(kind));

it('a QR code has its three corners', () => {
  const { d, width } = qrPath('https://plik.example.org/#/?id=abc');
  expect(width).toBeGreaterThanOrEqual(23);
  expect(d.match(/M1 1h7/)).not.toBeNull();
  expect(d).toContain(`M${width - 8} 1h7`);
});
