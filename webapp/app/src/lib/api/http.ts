// Requests to the server, and what can go wrong with them.

// base is where the page is served from, with its slash: every address hangs below it.
export const base = new URL('.', location.href.split('#')[0]).href;

// Failure is an answer other than success, or none at all (status 0).
export class Failure extends Error {
  constructor(
    readonly status: number,
    text: string,
    readonly code = '',
    readonly retryAfter = 0, // seconds; 0: the server did not say
  ) {
    super(text);
    this.name = 'Failure';
  }
}

export type Headers = Record<string, string>;

// xsrf is the proof that a request comes from this page. The cookie is there with a session only.
export function xsrf(): string {
  return document.cookie.match(/(?:^|; )plik-xsrf=([^;]+)/)?.[1] ?? '';
}

let actAs = '';

// impersonate makes every following request one of that user; '' ends it.
export function impersonate(user: string): void {
  actAs = user;
}

// common are the headers of every request, JSON or bytes.
export function common(): Headers {
  const headers: Headers = { 'X-ClientApp': 'web_client' };
  const proof = xsrf();
  if (proof) headers['X-XSRFToken'] = proof;
  return headers;
}

// failureOf reads an error the server answered with: a problem (RFC 9457), or a line of text.
export function failureOf(status: number, body: string, retryAfter: string | null): Failure {
  const wait = Math.max(0, Number(retryAfter) || 0);
  try {
    const problem = JSON.parse(body) as { detail?: unknown; code?: unknown };
    if (typeof problem.detail === 'string') return new Failure(status, problem.detail, String(problem.code ?? ''), wait);
  } catch {
    // Not JSON: a proxy's page, or an older server's line.
  }
  return new Failure(status, body.trim().slice(0, 500) || `HTTP ${status}`, '', wait);
}

export interface Ask {
  method?: string;
  headers?: Headers;
  body?: string | FormData;
  signal?: AbortSignal;
  // anonymous leaves the cookies out, and with them the browser's own password dialog.
  anonymous?: boolean;
}

// request sends one request and returns its answer, or throws a Failure or an AbortError.
export async function request(path: string, ask: Ask = {}): Promise<Response> {
  const headers: Headers = { ...common(), 'X-Plik-Auth': 'form', Accept: 'application/json, application/problem+json', ...ask.headers };
  if (actAs && !ask.anonymous) headers['X-Plik-Impersonate'] = actAs;
  if (ask.anonymous) delete headers['X-XSRFToken'];
  let answer: Response;
  try {
    answer = await fetch(new URL(path, base), {
      method: ask.method ?? 'GET',
      headers,
      body: ask.body,
      signal: ask.signal,
      credentials: ask.anonymous ? 'omit' : 'same-origin',
      cache: 'no-store',
    });
  } catch (err) {
    if (err instanceof DOMException && err.name === 'AbortError') throw err;
    throw new Failure(0, '');
  }
  if (!answer.ok) throw failureOf(answer.status, await answer.text().catch(() => ''), answer.headers.get('Retry-After'));
  return answer;
}

export async function json<T>(path: string, ask: Ask = {}): Promise<T> {
  return (await request(path, ask)).json() as Promise<T>;
}

// send posts a value as JSON.
export function send<T>(path: string, value: unknown, ask: Ask = {}): Promise<T> {
  return json<T>(path, { method: 'POST', ...ask, headers: { 'Content-Type': 'application/json', ...ask.headers }, body: JSON.stringify(value) });
}

export const aborted = (err: unknown): boolean => err instanceof DOMException && err.name === 'AbortError';

// asFailure makes a Failure of whatever was thrown.
export function asFailure(err: unknown): Failure {
  return err instanceof Failure ? err : new Failure(-1, err instanceof Error ? err.message : String(err));
}
