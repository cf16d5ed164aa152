// Choosing what to send: an empty page first, then the list with its options.
import { $, field, h, icon, on, row, say, toast } from './dom.js';
import * as format from './format.js';
import * as options from './options.js';
import { send } from './send.js';

const maxNameBytes = 1024;

// serverName is name as the server takes it: no slashes, no control characters.
export function serverName(name) {
  let clean = name.replace(/[/\\\p{Cc}]/gu, '_').trim();
  if (clean === '' || clean === '.' || clean === '..') clean = 'file';
  while (new TextEncoder().encode(clean).length > maxNameBytes) clean = [...clean].slice(0, -1).join('');
  return clean;
}

// add puts files on the list, but for those that are on it already.
export function add(app, files) {
  const same = (a, b) => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
  const fresh = files.filter((file) => !app.picked.some((item) => same(item.file, file)));
  app.picked.push(...fresh.map((file) => ({ file, name: serverName(file.name) })));
  if (files.length > 0 && fresh.length === 0) toast('Already on the list.');
  if (app.picked.length > 0) choose(app);
  if (fresh.length > 0) say(`${format.files(fresh.length)} added.`);
}

// choose shows the page of what is chosen so far. note is something that went wrong.
export function choose(app, note = '') {
  if (app.picked.length === 0) empty(app);
  else list(app, note);
  app.accept = (files) => add(app, files);
}

function empty(app) {
  const view = app.show('drop', 'Send files');
  on(view, 'choose', () => $('#picker').click());
  withConfig(app, view, (config) => {
    field(view, 'limits').textContent = limits(config);
    const tell = () => {
      field(view, 'kept').textContent = options.keptFor(app.options.ttl);
      field(view, 'pass').textContent = app.options.password ? 'With a password' : 'No password';
      field(view, 'times').textContent = app.options.stream ? 'Streamed, not stored' : app.options.oneShot ? 'One download only' : 'Any number of downloads';
    };
    tell();
    on(view, 'options', (event) => {
      const place = $('.options-wide', view);
      if (!place.firstChild) place.append(options.form(config, app.options, tell));
      place.hidden = !place.hidden;
      event.currentTarget.setAttribute('aria-expanded', String(!place.hidden));
    });
    $('.options-wide', view).addEventListener('submit', (event) => event.preventDefault());
  });
}

function limits(config) {
  if (config.feature_authentication === 'forced') return 'This server takes files from people who are signed in only. Use the command line with your token.';
  const parts = [];
  if (config.maxFileSize > 0) parts.push(`up to ${format.size(config.maxFileSize)} per file`);
  if (config.maxFilePerUpload > 0) parts.push(format.files(config.maxFilePerUpload));
  parts.push(config.maxTTL > 0 ? `kept at most ${format.duration(config.maxTTL)}` : 'kept as long as you like');
  const text = `${parts.join(', ')}.`;
  return text[0].toUpperCase() + text.slice(1);
}

// withConfig calls then with the configuration, now or once the server has answered.
async function withConfig(app, view, then) {
  const signal = app.signal;
  try {
    const config = await app.loadConfig();
    if (!signal.aborted) then(config);
  } catch (err) {
    if (signal.aborted) return;
    const again = h('button', { class: 'btn btn-secondary btn-sm', type: 'button', onclick: () => choose(app) }, icon('retry'), 'Try again');
    view.prepend(h('div', { class: 'note bad', role: 'alert' }, icon('alert'), h('p', {}, `${err.message} What you chose is still here.`), again));
  }
}

function list(app, note) {
  const view = app.show('files', 'Send files', { home: true });
  const total = app.picked.reduce((sum, item) => sum + item.file.size, 0);
  $('#list-h', view).textContent = `${format.files(app.picked.length)}, ${format.size(total)}`;
  if (note) view.prepend(h('div', { class: 'note bad', role: 'alert' }, icon('alert'), h('p', {}, h('strong', {}, 'Not sent. '), note)));
  on(view, 'choose', () => $('#picker').click());
  on(view, 'clear', () => { app.picked = []; choose(app); });
  const button = $('button[form=options]');
  button.disabled = true;
  withConfig(app, view, (config) => {
    field(view, 'rows').append(...app.picked.map((item) => fileRow(app, item, config)));
    const check = () => {
      const why = blocked(app, config);
      $('#why').textContent = why;
      button.disabled = why !== '';
    };
    const form = options.form(config, app.options, check);
    field(view, 'side').prepend(form);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!button.disabled) send(app, config);
    });
    check();
  });
}

const tooBig = (item, config) => config.maxFileSize > 0 && item.file.size > config.maxFileSize;

function fileRow(app, item, config) {
  const sub = h('span', {}, item.name === item.file.name ? format.size(item.file.size) : `${format.size(item.file.size)}, sent as “${item.name}”`);
  if (tooBig(item, config)) sub.replaceChildren(h('span', { class: 'st bad' }, icon('alert'), `Too big: ${format.size(item.file.size)}, the limit is ${format.size(config.maxFileSize)}.`));
  const remove = h('button', { class: 'icon-btn', type: 'button', 'aria-label': `Remove ${item.file.name}` }, icon('x'));
  remove.addEventListener('click', () => {
    app.picked = app.picked.filter((other) => other !== item);
    choose(app);
    say(`${item.file.name} removed.`);
  });
  const el = row(item.file.name, { act: remove });
  $('.sub', el).replaceChildren(sub);
  return el;
}

// blocked says why the list cannot be sent, or ''.
function blocked(app, config) {
  if (config.feature_authentication === 'forced') return 'This server takes files from people who are signed in only.';
  const big = app.picked.filter((item) => tooBig(item, config)).length;
  if (big > 0) return `${format.files(big)} too big: remove ${big === 1 ? 'it' : 'them'} first.`;
  if (config.maxFilePerUpload > 0 && app.picked.length > config.maxFilePerUpload) return `At most ${format.files(config.maxFilePerUpload)} in one upload.`;
  return options.missing(config, app.options);
}

// dropped reads the files of a drop or paste; directories cannot be sent from here.
export function dropped(transfer) {
  const items = [...(transfer?.items ?? [])].filter((item) => item.kind === 'file');
  const folders = items.filter((item) => item.webkitGetAsEntry?.()?.isDirectory).length;
  if (folders > 0) toast('A folder cannot be sent from this page. Pack it into a zip first.');
  return items.filter((item) => !item.webkitGetAsEntry?.()?.isDirectory).map((item) => item.getAsFile()).filter(Boolean);
}
