// The page of an upload: what is in it and how to get it.
import * as api from './api.js';
import { $, field, h, icon, on, row, say, status } from './dom.js';
import * as format from './format.js';
import { gone, unreachable } from './message.js';
import { removeUpload } from './send.js';

// share loads and shows the upload called id.
export async function share(app, id, password) {
  const rights = { token: api.token(id), password: password ?? app.passwords.get(id) };
  const leaving = app.signal;
  let upload;
  try {
    upload = await load(id, rights);
  } catch (err) {
    if (leaving.aborted) return;
    if (err.status === 401) unlock(app, id, password !== undefined);
    else if (err.status === 404 || err.status === 410) gone(app, { said: err.message });
    else unreachable(app, err, () => share(app, id));
    return;
  }
  if (leaving.aborted) return;
  if (rights.password) app.passwords.set(id, rights.password);
  new Share(app, upload, rights).open();
}

const load = (id, rights) => api.json('GET', `upload/${encodeURIComponent(id)}`, { headers: api.rights(rights) });

function unlock(app, id, wrong) {
  const view = app.show('password', 'Password', { home: true });
  const input = $('#p-password', view);
  if (wrong) {
    $('#p-err', view).hidden = false;
    $('#p-err', view).textContent = 'That is not it. Check the spelling and try again.';
    input.setAttribute('aria-invalid', 'true');
  }
  on(view, 'reveal', (event) => {
    const shown = input.type === 'password';
    input.type = shown ? 'text' : 'password';
    event.currentTarget.setAttribute('aria-pressed', String(shown));
  });
  $('form', view).addEventListener('submit', (event) => {
    event.preventDefault();
    share(app, id, api.basic($('#p-login', view).value || 'plik', input.value));
  });
  input.focus();
}

const over = (file) => file.status === 'removed' || file.status === 'deleted';

class Share {
  #app;
  #upload;
  #rights;
  #view;
  #started = new Set(); // files of which this page began the only download
  #wait = 3000;
  #drawn = '';
  #timer = 0;

  constructor(app, upload, rights) {
    this.#app = app;
    this.#upload = upload;
    this.#rights = rights;
  }

  open() {
    if (this.#ended()) return;
    const view = this.#view = this.#app.show('share', this.#title(), { home: true });
    const upload = this.#upload;
    field(view, 'comments').textContent = upload.comments;
    field(view, 'comments').hidden = !upload.comments;
    const removable = upload.admin || upload.removable;
    $('[data-do="delete"]', view).hidden = !removable;
    on(view, 'delete', () => removeUpload(this.#app, this.#upload, api.rights(this.#rights)));
    this.#draw();
    this.#clock();
    const signal = this.#app.signal;
    const tick = setInterval(() => this.#clock() || this.#refresh(), 15000);
    signal.addEventListener('abort', () => { clearInterval(tick); clearTimeout(this.#timer); });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.#refresh(); }, { signal });
    this.#plan();
  }

  get #visible() { return (this.#upload.files ?? []).filter((file) => !over(file) || this.#started.has(file.id)); }
  #ready(file) { return !this.#started.has(file.id) && file.status === (this.#upload.stream ? 'uploading' : 'uploaded'); }
  #title() { return this.#visible.length === 1 ? this.#visible[0].fileName : format.files(this.#visible.length); }

  // ended shows another page when there is nothing to fetch, and tells whether it did.
  #ended() {
    const all = this.#upload.files ?? [];
    if (this.#visible.length > 0 || (all.length === 0 && this.#upload.admin)) return false;
    if (all.length === 0) gone(this.#app, { title: 'Nothing in here.', lead: 'The sender has not added a file yet.' });
    else if (this.#upload.oneShot) gone(this.#app, { title: 'Already downloaded.', lead: 'These files could be downloaded once, and that has happened. They are gone from the server. Ask the sender to send them again.' });
    else if (this.#upload.stream) gone(this.#app, { title: 'Already received.', lead: 'These files went straight to whoever opened the link first. Nothing was stored.' });
    else gone(this.#app);
    return true;
  }

  // clock shows the time left. It is false when that is over by this device's clock; only
  // the server knows.
  #clock() {
    const { expireAt, extend_ttl: extend } = this.#upload;
    const timer = field(this.#view, 'timer');
    if (!expireAt) {
      timer.hidden = true;
      field(this.#view, 'until').textContent = 'Kept until somebody deletes it.';
      return true;
    }
    const until = new Date(expireAt);
    const time = $('time', timer);
    time.dateTime = expireAt;
    time.textContent = format.duration((until - Date.now()) / 1000);
    field(this.#view, 'until').textContent = `Deleted on ${format.date(until)}.${extend ? ' Each visit starts the time again.' : ''}`;
    return until > Date.now();
  }

  #draw() {
    const view = this.#view;
    const now = JSON.stringify([this.#upload.files, [...this.#started]]);
    if (now === this.#drawn) return; // keep focus where it is
    this.#drawn = now;
    const shown = this.#visible;
    const ready = shown.filter((file) => this.#ready(file));
    field(view, 'title').textContent = this.#title();
    this.#badges(shown);
    field(view, 'once').hidden = !this.#upload.oneShot || ready.length === 0;
    this.#note(ready);
    field(view, 'go').replaceChildren(...this.#main(shown, ready));
    field(view, 'rows').hidden = shown.length === 1 && ready.length === 1; // the heading says it all
    field(view, 'rows').replaceChildren(...shown.map((file) => this.#row(file, shown.length === 1)));
    this.#app.placeBar();
  }

  #badges(shown) {
    const total = shown.reduce((sum, file) => sum + file.fileSize, 0);
    const badge = (name, text, kind = '') => h('li', { class: `badge num ${kind}` }, icon(name), text);
    const list = [badge('files', shown.length === 1 ? `${format.kind(shown[0].fileName, shown[0].fileType)}, ${format.size(total)}` : format.size(total))];
    if (this.#upload.protectedByPassword) list.push(badge('lock', 'Password'));
    if (this.#upload.oneShot) list.push(badge('ticket', 'One download', 'brand'));
    if (this.#upload.stream) list.push(badge('radio', 'Stream', 'brand'));
    field(this.#view, 'badges').replaceChildren(...list);
  }

  #note(ready) {
    const note = field(this.#view, 'note');
    const missing = (this.#upload.files ?? []).length - this.#visible.length;
    let text = '';
    const left = this.#visible.some((file) => !this.#started.has(file.id));
    if (this.#upload.stream && left) text = ready.length > 0 ? 'The sender is waiting with the page open. The download comes straight from there.' : 'The sender is not ready. Keep this page open: it looks again by itself.';
    else if (this.#visible.length === 0) text = 'Nothing in here yet.';
    else if (missing > 0 && !this.#upload.stream) text = `${format.files(missing)} of this upload ${missing === 1 ? 'is' : 'are'} gone.`;
    note.hidden = text === '';
    $('p', note).textContent = text;
  }

  // main is the one big button: the only file, or all of them.
  #main(shown, ready) {
    if (shown.length === 1 && ready.length === 1) return [this.#link(ready, api.filePath(this.#upload, ready[0].id, ready[0].fileName), ready[0].fileName, 'Download', 'btn-primary btn-lg')];
    if (this.#upload.stream || shown.length < 2 || ready.length < 1) return [];
    return [this.#link(ready, api.zipPath(this.#upload), 'archive.zip', 'Download all', 'btn-primary btn-lg')];
  }

  #row(file, alone) {
    const ready = this.#ready(file);
    const act = ready && !alone ? this.#link([file], api.filePath(this.#upload, file.id, file.fileName), file.fileName, 'Download', 'btn-secondary btn-sm') : null;
    const el = row(file.fileName, { act, size: format.size(file.fileSize) });
    const sub = $('.sub', el);
    sub.dataset.file = file.id;
    if (this.#started.has(file.id)) sub.append(status('ok', this.#upload.stream ? 'Download started.' : 'Download started. It is gone from the server now.'));
    else if (ready) sub.textContent = format.kind(file.fileName, file.fileType);
    else sub.textContent = this.#upload.stream ? 'Waiting for the sender' : 'Still on its way';
    return el;
  }

  // link is a download of files. Protected ones are fetched by this page, which knows the
  // password; others are left to the browser.
  #link(files, path, name, text, kind) {
    const a = h('a', { class: `btn ${kind}`, href: api.downloadURL(this.#upload, path), rel: 'nofollow' }, icon('download'), text);
    const once = this.#upload.oneShot || this.#upload.stream;
    a.addEventListener('click', (event) => {
      if (a.getAttribute('aria-disabled')) return event.preventDefault();
      if (this.#upload.protectedByPassword && !this.#upload.downloadDomain) {
        event.preventDefault();
        this.#fetch(a, path, name, once ? files : []);
      } else if (once) {
        setTimeout(() => this.#spent(files)); // after the browser has followed the link
      }
    });
    return a;
  }

  #spent(files) {
    for (const file of files) this.#started.add(file.id);
    this.#draw();
    say('Download started.');
    this.#later(1500);
  }

  async #fetch(a, path, name, files) {
    a.setAttribute('aria-disabled', 'true');
    say('Downloading.');
    try {
      const response = await api.request('GET', `${path}?dl=1`, { headers: api.rights(this.#rights) });
      const address = URL.createObjectURL(await response.blob());
      h('a', { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
      if (files.length > 0) this.#spent(files);
      say('Downloaded.');
    } catch (err) {
      const note = field(this.#view, 'note');
      note.hidden = false;
      $('p', note).textContent = `Not downloaded. ${err.message}`;
      say(`Not downloaded. ${err.message}`);
    } finally {
      a.removeAttribute('aria-disabled');
    }
  }

  // plan looks again while something is still to come, less often as time goes by.
  #plan() {
    const coming = this.#visible.some((file) => !this.#ready(file) && !this.#started.has(file.id));
    if (!coming && !this.#upload.stream) return;
    this.#later(this.#wait);
    this.#wait = Math.min(30000, this.#wait * 1.3);
  }

  #later(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), ms);
  }

  async #refresh() {
    clearTimeout(this.#timer);
    const leaving = this.#app.signal;
    try {
      if (!document.hidden) this.#upload = await load(this.#upload.id, this.#rights);
    } catch (err) {
      if (!leaving.aborted && (err.status === 404 || err.status === 410) && this.#started.size === 0) gone(this.#app, { said: err.message });
      else if (!leaving.aborted) this.#plan();
      return;
    }
    if (leaving.aborted) return;
    // Of what the server still has, no download began after all.
    for (const file of this.#upload.files) if (file.status === 'uploaded') this.#started.delete(file.id);
    if (this.#ended()) return;
    this.#draw();
    this.#clock();
    this.#plan();
  }
}
