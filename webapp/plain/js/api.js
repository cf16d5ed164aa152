// The HTTP API, as far as this page needs it.

// base is where the page is served from, with its slash: every address hangs below it.
export const base = new URL('.', location.href).href;

// Failure is an answer other than success, or none at all (status 0).
export class Failure extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

const noAnswer = () => new Failure(0, 'The server does not answer.');
const refused = (status, text) => new Failure(status, text.trim().slice(0, 500) || `The server answered ${status}.`);

// rights are the headers that prove what the reader may do with an upload.
export function rights({ token, password } = {}) {
  const headers = { 'X-ClientApp': 'web_client' };
  if (token) headers['X-UploadToken'] = token;
  if (password) headers.Authorization = password;
  return headers;
}

// basic encodes a login and password for the Authorization header, as UTF-8.
export function basic(login, password) {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${login}:${password}`)))}`;
}

// request sends one request and returns the response, or throws a Failure. Cookies and
// the browser's own password dialog are left out: the page asks for itself.
export async function request(method, path, { headers, body, signal } = {}) {
  let response;
  try {
    response = await fetch(path, { method, headers: { 'X-ClientApp': 'web_client', ...headers }, body, signal, credentials: 'omit', cache: 'no-store' });
  } catch (err) {
    throw err.name === 'AbortError' ? err : noAnswer();
  }
  if (!response.ok) throw refused(response.status, await response.text().catch(() => ''));
  return response;
}

export const json = async (...args) => (await request(...args)).json();

export const create = (wanted, signal) =>
  json('POST', 'upload', { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(wanted), signal });

export const remove = (upload, headers) => request('DELETE', `upload/${encodeURIComponent(upload.id)}`, { headers });

// filePath is where a file of an upload is sent to and fetched from, relative to base.
export function filePath(upload, id, name) {
  return `${upload.stream ? 'stream' : 'file'}/${encodeURIComponent(upload.id)}/${encodeURIComponent(id)}/${encodeURIComponent(name)}`;
}

export const zipPath = (upload) => `archive/${encodeURIComponent(upload.id)}/archive.zip`;

// downloadURL is path on the host that serves files, which may be another than the page's.
export function downloadURL(upload, path) {
  const host = upload.downloadDomain ? `${upload.downloadDomain.replace(/\/+$/, '')}/` : base;
  return `${host}${path}?dl=1${upload.stream ? '&wait=60' : ''}`;
}

// put sends the bytes of a file and resolves to what the server made of it. It tells
// progress(bytes sent); an abort of signal rejects with an AbortError.
export function put(path, file, { headers, progress, signal }) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('PUT', path);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    const xsrf = document.cookie.match(/(?:^|; )plik-xsrf=([^;]+)/);
    if (xsrf) xhr.setRequestHeader('X-XSRFToken', xsrf[1]);
    xhr.upload.onprogress = (event) => progress(event.loaded);
    xhr.onerror = () => reject(noAnswer());
    xhr.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    xhr.onload = () => {
      if (xhr.status !== 200) return reject(refused(xhr.status, xhr.responseText));
      try {
        resolve(JSON.parse(xhr.responseText));
      } catch {
        reject(new Failure(xhr.status, 'The answer of the server makes no sense.'));
      }
    };
    signal.addEventListener('abort', () => xhr.abort(), { once: true });
    xhr.send(file);
  });
}

// The right to manage an upload is kept for the life of the tab, where storage is allowed.
const kept = new Map();

export function keepToken(id, token) {
  kept.set(id, token);
  try { sessionStorage.setItem(`plik.token.${id}`, token); } catch { /* this tab's memory has it */ }
}

export function token(id) {
  try { return kept.get(id) ?? sessionStorage.getItem(`plik.token.${id}`) ?? undefined; } catch { return kept.get(id); }
}
