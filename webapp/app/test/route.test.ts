import { describe, expect, it } from 'vitest';
import { idOf, inner, parse } from '../src/lib/route';

describe('parse', () => {
  it.each(['', '#', '#/', '#/_', '#/nowhere', '#/?foo=bar'])('%s is the upload screen', (hash) => expect(parse(hash)).toEqual({ screen: 'upload' }));
  it.each(['#/?id=AbC', '#?id=AbC'])('%s is an upload', (hash) => expect(parse(hash)).toEqual({ screen: 'share', id: 'AbC', token: '' }));
  it('reads the upload token', () => expect(parse('#/?id=a&uploadToken=t')).toEqual({ screen: 'share', id: 'a', token: 't' }));
  it('reads tabs', () => {
    expect(parse('#/home/tokens')).toEqual({ screen: 'home', tab: 'tokens', token: '' });
    expect(parse('#/admin/uploads?user=local%3Abob')).toEqual({ screen: 'admin', tab: 'uploads', user: 'local:bob' });
  });
  it('reads the code of a program', () => expect(parse('#/confirm?code=BCDF-GHJK')).toEqual({ screen: 'confirm', code: 'BCDF-GHJK' }));
  it('reads an error that is escaped', () => {
    expect(parse('#/?err=file%20not%20found&errcode=404&uri=%2Ffile%2Fa%2Fb%2Fc%3Fdl%3D1')).toEqual({ screen: 'error', err: 'file not found', code: 404, uri: '/file/a/b/c?dl=1' });
  });
  it('reads one that nobody escaped', () => {
    expect(parse('#/?err=a & b=c 100%zz&errcode=500&uri=/file/a/b/c?dl=1&x=y')).toEqual({ screen: 'error', err: 'a & b=c 100%zz', code: 500, uri: '/file/a/b/c?dl=1&x=y' });
  });
  it('reads an error without a code', () => expect(parse('#/?err=oops')).toEqual({ screen: 'error', err: 'oops', code: 0, uri: '' }));
});

describe('inner', () => {
  it.each(['#/home', '#/home/tokens', '#/?id=a&uploadToken=b', '#/confirm?code=BCDF-GHJK'])('lets %s through', (back) => expect(inner(back)).toBe(back));
  it.each(['https://elsewhere.example', '//elsewhere.example', 'javascript:alert(1)', '#/x#y', ''])('stops %s', (back) => expect(inner(back)).toBe(''));
});

describe('idOf', () => {
  it('finds the upload of a file', () => expect(idOf('/plik/file/Abc1/Def2/name.txt')).toBe('Abc1'));
  it('takes nothing else for one', () => expect(idOf('/file/<script>/x')).toBe(''));
});
