// Reading the part of the address after the #.

export type Route =
  | { screen: 'upload' }
  | { screen: 'share'; id: string; token: string }
  | { screen: 'error'; err: string; code: number; uri: string }
  | { screen: 'login'; back: string }
  | { screen: 'home'; tab: string; token: string }
  | { screen: 'admin'; tab: string; user: string }
  | { screen: 'clients' }
  | { screen: 'device' }
  | { screen: 'confirm'; code: string };

const places = ['login', 'home', 'admin', 'clients', 'device', 'confirm'] as const;

// decode takes what was never escaped as it is.
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

// parse reads a hash, with or without its #. What is not known is the upload screen. Links of
// every Plik before are read: "#?id=", and errors whose parameters nobody escaped.
export function parse(hash: string): Route {
  const [path = '', rest = ''] = split(hash.replace(/^#/, ''));
  const [, place = '', tab = ''] = path.split('/');
  const params = read(rest);
  const get = (name: string): string => params.get(name) ?? '';
  if ((places as readonly string[]).includes(place)) {
    if (place === 'home') return { screen: 'home', tab, token: get('token') };
    if (place === 'admin') return { screen: 'admin', tab, user: get('user') };
    if (place === 'login') return { screen: 'login', back: inner(get('back')) };
    if (place === 'confirm') return { screen: 'confirm', code: get('code') };
    return { screen: place as 'clients' | 'device' };
  }
  if (get('id')) return { screen: 'share', id: get('id'), token: get('uploadToken') };
  if (params.has('err')) return { screen: 'error', err: get('err'), code: Number(get('errcode')) || 0, uri: get('uri') };
  return { screen: 'upload' };
}

function split(hash: string): [string, string] {
  const at = hash.indexOf('?');
  return at < 0 ? [hash, ''] : [hash.slice(0, at), hash.slice(at + 1)];
}

// read takes parameters apart. err and uri may hold "&" and "=" of their own: each goes on to the
// next of the three names of an error.
function read(text: string): Map<string, string> {
  const params = new Map<string, string>();
  if (/(^|&)err=/.test(text)) {
    for (const part of text.split(/&(?=(?:err|errcode|uri)=)/)) {
      const at = part.indexOf('=');
      params.set(part.slice(0, at), decode(part.slice(at + 1)));
    }
    return params;
  }
  for (const part of text.split('&')) {
    const at = part.indexOf('=');
    if (at > 0) params.set(part.slice(0, at), decode(part.slice(at + 1)));
  }
  return params;
}

// inner lets through addresses of this app only.
export const inner = (back: string): string => (/^#\/[\w/?=&%-]*$/.test(back) ? back : '');

// idOf finds the upload that an address of a file belongs to, for a way back from an error.
export const idOf = (uri: string): string => /(?:^|\/)(?:file|stream|archive)\/([A-Za-z0-9]{1,64})\//.exec(uri)?.[1] ?? '';
