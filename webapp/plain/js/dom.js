// Building and reading the page. Text only ever enters it as text.

export const $ = (selector, root = document) => root.querySelector(selector);

// field finds the place of a template that is marked data-f="name".
export const field = (root, name) => $(`[data-f="${name}"]`, root);

// h makes an element. Children are elements or strings, and strings become text.
export function h(tag, attributes = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') el.addEventListener('click', value);
    else if (value !== undefined && value !== false) el.setAttribute(name, value === true ? '' : value);
  }
  el.append(...children);
  return el;
}

// icon draws one of the symbols of index.html.
export function icon(name, className = 'ic') {
  const ns = $('.icons').namespaceURI;
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('class', className);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(ns, 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

// on calls act when something marked data-do="name" in root is clicked.
export function on(root, name, act) {
  for (const el of root.querySelectorAll(`[data-do="${name}"]`)) el.addEventListener('click', act);
}

let serial = 0;

// row makes one line of a list of files: the name, what is said about it, its size and
// what can be done with it. The button or link in act is described by the name.
export function row(name, { sub = '', size = '', act = null, bar = null } = {}) {
  const id = `row-${++serial}`;
  act?.setAttribute('aria-describedby', id);
  bar?.setAttribute('aria-labelledby', id);
  const text = h('div', {}, h('p', { class: 'name', id }, h('bdi', {}, name)), ...(bar ? [bar] : []), h('p', { class: 'sub' }, sub));
  return h('li', { class: 'row' }, icon('page', 'glyph'), text, h('span', { class: 'size' }, size), h('span', { class: 'act' }, ...(act ? [act] : [])));
}

// status is a word with its icon; kind is ok or bad.
export function status(kind, text) {
  return h('span', { class: `st ${kind}` }, icon(kind === 'ok' ? 'check' : 'alert'), text);
}

// say tells people who do not see the page what happened.
export function say(text) {
  $('#live').textContent = text;
}

let toastTimer = 0;

// toast shows a line for five seconds.
export function toast(text) {
  const el = $('#toast');
  el.textContent = text;
  el.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { el.hidden = true; }, 5000);
}

// ask puts a question and resolves to whether it was answered with yes.
export function ask({ title, text, yes, no }) {
  const dialog = $('#ask');
  $('#ask-t').textContent = title;
  $('#ask-p').textContent = text;
  $('#ask-yes').textContent = yes;
  $('#ask-no').textContent = no;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener('close', () => done(dialog.returnValue === 'yes'), { once: true });
  });
}

// copy puts the text of a field on the clipboard, also where the page is not on HTTPS.
export async function copy(text, input) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const from = input ?? document.body.appendChild(h('textarea', { class: 'sr', readonly: true, 'aria-hidden': 'true' }));
    if (!input) from.value = text;
    from.select();
    const copied = document.execCommand('copy');
    if (!input) from.remove();
    if (!copied) {
      toast('The browser does not let this page copy. Select the link and copy it.');
      return false;
    }
  }
  toast('Link copied');
  return true;
}
