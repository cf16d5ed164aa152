// What every visit asks the server.
import { json, request } from './http';
import type { Config, User, Version } from './types';

export const getConfig = (): Promise<Config> => json('config', { anonymous: true });
export const login = (name: string, password: string): Promise<Response> =>
  request('auth/local/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: name, password }) });
export const logout = (): Promise<Response> => request('auth/logout', { method: 'POST' });
export const getMe = (): Promise<User> => json('me');
export const getVersion = (): Promise<Version> => json('version', { anonymous: true });
