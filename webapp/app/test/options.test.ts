import { describe, expect, it } from 'vitest';
import type { Config } from '../src/lib/api/types';
import { timeFault, times, wire } from '../src/lib/choice';
import { generate } from '../src/lib/generate';
import { defaults, never } from '../src/lib/options.svelte';

const config = (change: Partial<Config> = {}): Config => ({
  maxFileSize: 1e10, maxUserSize: -1, maxFilePerUpload: 1000, defaultTTL: 2592000, maxTTL: 2592000, downloadDomain: '', abuseContact: '',
  feature_authentication: 'disabled', feature_one_shot: 'enabled', feature_removable: 'enabled', feature_stream: 'enabled', feature_password: 'enabled', feature_comments: 'enabled',
  feature_set_ttl: 'enabled', feature_extend_ttl: 'disabled', feature_clients: 'enabled', feature_github: 'enabled', feature_text: 'enabled',
  googleAuthentication: false, ovhAuthentication: false, ...change,
});

describe('defaults', () => {
  it('are off where the server only allows', () => expect(defaults(config(), 2592000)).toMatchObject({ ttl: 2592000, oneShot: false, protect: false }));
  it('are on where it says so', () => expect(defaults(config({ feature_one_shot: 'default', feature_extend_ttl: 'forced', feature_password: 'forced' }), 0)).toMatchObject({ oneShot: true, extend_ttl: true, protect: true }));
  it('keep within what the user may', () => {
    expect(defaults(config(), 86400).ttl).toBe(86400);
    expect(defaults(config({ defaultTTL: -1 }), 86400).ttl).toBe(86400);
  });
  it('know no end', () => expect(defaults(config({ defaultTTL: 0, maxTTL: -1 }), -1).ttl).toBe(never));
});

describe('wire', () => {
  it('leaves out what the server does not take', () => {
    const c = config({ feature_one_shot: 'disabled', feature_set_ttl: 'disabled' });
    const wanted = wire(c, { ...defaults(c, 0), oneShot: true, protect: false, password: 'left over', comment: false, comments: 'left over' });
    expect(wanted).toEqual({ stream: false, removable: false });
  });
  it('says what was chosen', () => {
    const c = config();
    expect(wire(c, { ...defaults(c, 0), ttl: never, protect: true, password: 'p', comment: true, comments: ' hi ' })).toEqual({ oneShot: false, stream: false, removable: false, ttl: -1, password: 'p', comments: 'hi' });
  });
});

describe('times', () => {
  it('offers what is allowed', () => expect(times(7 * 86400)).toEqual([3600, 86400, 604800]));
  it('offers no end where there is none', () => expect(times(-1)).toEqual([3600, 86400, 604800, 2592000, never]));
  it.each([[3600, 0, 'none'], [never, 0, 'none'], [never, 3600, 'long'], [7200, 3600, 'long'], [59, 0, 'short'], [NaN, 0, 'short'], [0, 0, 'short']])('%d of %d is %s', (ttl, max, fault) => expect(timeFault(ttl, max)).toBe(fault));
});

describe('generate', () => {
  it('makes words and a number', () => expect(generate(() => new Uint32Array([0, 1, 2, 3, 4]))).toMatch(/^[a-z]+(-[a-z]+){3}-14$/));
  it('makes another one each time', () => expect(generate()).not.toBe(generate()));
});
