// The part of the API that is about people: accounts, tokens, lists, administration.
import { json, request, send } from './http';
import type { Page, Series, ServerStats, Token, Top, Upload, User, UserStats } from './types';

const enc = encodeURIComponent;
const query = (values: Record<string, string | number | boolean | null | undefined>): string => {
  const q = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== '' && value !== null && value !== undefined && value !== false) q.set(name, String(value));
  const text = q.toString();
  return text ? `?${text}` : '';
};

export const providerURL = async (provider: string): Promise<string> => (await request(`auth/${enc(provider)}/login`)).text();

export const myStats = (): Promise<UserStats> => json('me/stats');
export const endSessions = (): Promise<Response> => request('me/sessions', { method: 'DELETE' });
export const deleteMe = (): Promise<Response> => request('me', { method: 'DELETE' });

export interface Listing { after?: string | null; limit?: number; order?: 'asc' | 'desc'; sort?: 'size' | ''; q?: string; count?: boolean; token?: string; user?: string; provider?: string }

export const myUploads = (l: Listing, signal?: AbortSignal): Promise<Page<Upload>> => json(`me/uploads${query({ ...l })}`, { signal });
export const deleteMyUploads = (token = ''): Promise<Response> => request(`me/uploads${query({ token })}`, { method: 'DELETE' });
export const myTokens = (l: Listing, signal?: AbortSignal): Promise<Page<Token>> => json(`me/token${query({ ...l })}`, { signal });
export const createToken = (wanted: { comment: string; scope: string; ttl: number }): Promise<Token> => send('me/token', wanted);
export const deleteToken = (token: string): Promise<Response> => request(`me/token/${enc(token)}`, { method: 'DELETE' });

export const allUploads = (l: Listing, signal?: AbortSignal): Promise<Page<Upload>> => json(`uploads${query({ ...l })}`, { signal });
export const allUsers = (l: Listing, signal?: AbortSignal): Promise<Page<User>> => json(`users${query({ ...l })}`, { signal });
export const serverStats = (): Promise<ServerStats> => json('stats');
export const serverSeries = (days: number): Promise<Series> => json(`stats/series${query({ days })}`);
export const serverTop = (): Promise<Top> => json('stats/top');
export const effectiveConfig = (): Promise<Record<string, unknown>> => json('config/effective');
export const createUser = (wanted: Partial<User> & { password: string }): Promise<User> => send('user', wanted);
export const updateUser = (id: string, change: Partial<User> & { password?: string }): Promise<User> => send(`user/${enc(id)}`, { ...change, id });
export const deleteUser = (id: string): Promise<Response> => request(`user/${enc(id)}`, { method: 'DELETE' });

// Program is one that asks to act for its user, and shows userCode.
export interface Program { userCode: string; comment: string; remoteIp: string; createdAt: string; expireAt: string }

export const findProgram = (code: string): Promise<Program> => json(`me/device/${enc(code)}`);
export const decideProgram = (code: string, approve: boolean, scope: string, ttl: number): Promise<Response> =>
  request(`me/device/${enc(code)}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ approve, scope, ttl }) });
