// Sending: create the upload, then watch its files go, then show the link.
import * as api from './api.js';
import { $, ask, copy, field, h, icon, on, row, say, status } from './dom.js';
import * as format from './format.js';
import { wire } from './options.js';
import { message } from './message.js';
import { Queue } from './queue.js';

const shareLink = (upload) => `${api.base}#/?id=${upload.id}`;
const manageLink = (upload) => `${shareLink(upload)}&uploadToken=${upload.uploadToken}`;

// send creates an upload of what app.picked holds and sends it.
export async function send(app, config) {
  const picked = app.picked;
  const wanted = wire(config, app.options);
  wanted.files = picked.map(({ file, name }, i) => ({ fileName: name, fileType: file.type, fileSize: file.size, reference: String(i) }));
  const view = app.show('sending', 'Sending');
  field(view, 'title').textContent = 'Starting';
  const stop = new AbortController();
  on(view, 'cancel', () => stop.abort());
  let upload;
  try {
    upload = await api.create(wanted, stop.signal);
  } catch (err) {
    app.choose(err.name === 'AbortError' ? '' : err.message);
    return;
  }
  if (stop.signal.aborted) { // cancelled just as the answer came
    api.remove(upload, api.rights({ token: upload.uploadToken })).catch(() => {});
    app.choose();
    return;
  }
  api.keepToken(upload.id, upload.uploadToken);
  const items = upload.files.map((made) => ({ file: picked[Number(made.reference)].file, path: api.filePath(upload, made.id, made.fileName), name: made.fileName }));
  (upload.stream ? streaming : sending)(app, upload, items);
}

// begin starts the queue; it is stopped with the view, which asks before it is left.
function begin(app, upload, items, changed) {
  const headers = api.rights({ token: upload.uploadToken });
  const { signal } = app;
  let due = 0; // the page follows ten times a second, however many files move
  const soon = () => {
    due ||= setTimeout(() => {
      due = 0;
      if (!signal.aborted) changed(queue);
    }, 100);
  };
  const queue = new Queue(items, headers, soon);
  const cancel = () => {
    queue.cancel();
    api.remove(upload, headers).catch(() => {}); // it expires by itself if this does not get through
  };
  app.guard = async () => {
    if (!queue.busy && queue.count('failed') === 0) return true;
    const yes = await ask({ title: 'Stop sending?', text: 'What has been sent is deleted from the server. What you chose stays on the list.', yes: 'Stop', no: 'Go on' });
    if (yes && app.guard) cancel();
    return yes;
  };
  queue.start();
  return { queue, cancel: () => { cancel(); app.guard = null; app.choose(); } };
}

function sending(app, upload, items) {
  const view = app.show('sending', 'Sending', { home: true });
  const done = (queue) => finish(app, upload, queue.items.filter((item) => item.state === 'done'));
  const rows = new Rows(items, field(view, 'rows'), (item) => running.queue.retry(item));
  const meter = new Meter(view);
  const running = begin(app, upload, items, (queue) => {
    rows.draw();
    meter.draw(queue);
    $('[data-do="go-on"]', view).hidden = queue.busy || queue.count('done') === 0;
    if (queue.count('done') === items.length) done(queue);
  });
  on(view, 'cancel', running.cancel);
  on(view, 'go-on', () => done(running.queue));
  rows.draw();
  meter.draw(running.queue);
  const tick = setInterval(() => meter.draw(running.queue), 500);
  app.signal.addEventListener('abort', () => clearInterval(tick));
}

// Meter is the big figure and the line of facts below it.
class Meter {
  #view;
  #shown = 0;
  #told = 0;
  #last = { at: performance.now(), loaded: 0 };
  #speed = 0;

  constructor(view) { this.#view = view; }

  draw(queue) {
    const failed = queue.count('failed');
    const exact = queue.size > 0 ? (queue.loaded / queue.size) * 100 : 0;
    this.#shown = Math.max(this.#shown, Math.min(99, Math.floor(exact)));
    field(this.#view, 'percent').textContent = String(this.#shown);
    field(this.#view, 'bar').value = this.#shown;
    field(this.#view, 'title').textContent = queue.busy ? `Sending ${format.files(queue.items.length)}` : `${format.files(failed)} not sent`;
    field(this.#view, 'facts').textContent = `${format.size(queue.loaded)} of ${format.size(queue.size)}${this.#pace(queue)}`;
    document.title = queue.busy ? `${this.#shown} % - Sending` : `${failed} not sent`;
    if (!queue.busy && failed > 0 && this.#told < 100) {
      this.#told = 100;
      say(`${format.files(failed)} not sent.`);
    } else if (queue.busy && this.#shown >= this.#told + 25) {
      this.#told = this.#shown - (this.#shown % 25);
      say(`${this.#told} % sent.`);
    }
    if (queue.busy && this.#told === 100) this.#told = this.#shown; // a retry
  }

  // pace is the speed over about ten seconds, and the time left.
  #pace(queue) {
    const now = performance.now();
    const seconds = (now - this.#last.at) / 1000;
    if (seconds >= 0.5) {
      const speed = Math.max(0, queue.loaded - this.#last.loaded) / seconds;
      this.#speed = this.#speed ? this.#speed + (speed - this.#speed) * Math.min(1, seconds / 5) : speed;
      this.#last = { at: now, loaded: queue.loaded };
    }
    if (!queue.busy || this.#speed < 1) return '';
    return `, ${format.size(this.#speed)}/s, ${format.duration((queue.size - queue.loaded) / this.#speed)} left`;
  }
}

// Rows shows the state of each item. The parts that move are changed in place, so that
// focus and screen readers stay where they are.
class Rows {
  #rows;
  #quiet;

  // quiet shows no progress until bytes are read on the other side.
  constructor(items, list, retry, quiet = false) {
    this.#quiet = quiet;
    this.#rows = items.map((item) => {
      const bar = h('progress', { max: String(Math.max(1, item.file.size)), value: '0' });
      const button = h('button', { class: 'btn btn-secondary btn-sm', type: 'button', onclick: () => retry(item) }, icon('retry'), 'Retry');
      const el = row(item.name, { bar, act: button, size: format.size(item.file.size) });
      list.append(el);
      return { item, bar, button, sub: $('.sub', el), state: '' };
    });
  }

  draw(waiting = 'Waiting', sent = 'Sent') {
    for (const line of this.#rows) {
      const { item, bar, button, sub } = line;
      if (line.state === item.state && line.loaded === item.loaded && line.moving === item.moving) continue;
      Object.assign(line, { loaded: item.loaded, moving: item.moving });
      const idle = this.#quiet && !item.moving;
      bar.value = item.state === 'done' ? bar.max : idle ? 0 : item.loaded;
      if (item.state === 'sending') sub.textContent = idle ? 'Waiting for the receiver' : `${format.size(item.loaded)} of ${format.size(item.file.size)}`;
      if (line.state === item.state) continue;
      line.state = item.state;
      bar.hidden = item.state === 'done' || item.state === 'failed';
      button.hidden = item.state !== 'failed';
      if (item.state === 'waiting') sub.textContent = waiting;
      if (item.state === 'done') sub.replaceChildren(status('ok', sent));
      if (item.state === 'failed') sub.replaceChildren(status('bad', `Not sent. ${item.error}`));
    }
  }
}

function streaming(app, upload, items) {
  app.address(`#/?id=${upload.id}`);
  const view = app.show('stream', 'Waiting for the receiver', { home: true });
  const link = field(view, 'link');
  link.value = shareLink(upload);
  link.addEventListener('focus', () => link.select());
  on(view, 'copy', () => copy(link.value, link));
  const rows = new Rows(items, field(view, 'rows'), (item) => running.queue.retry(item), true);
  const running = begin(app, upload, items, (queue) => {
    rows.draw('Waits its turn', 'The receiver has it');
    streamState(app, view, queue);
  });
  on(view, 'cancel', running.cancel);
  rows.draw('Waits its turn');
}

function streamState(app, view, queue) {
  const title = field(view, 'title');
  const tell = (text) => {
    if (title.textContent === text) return;
    title.textContent = text;
    document.title = text;
    say(text);
  };
  if (queue.count('done') === queue.items.length) {
    app.settled();
    message(app, { title: 'Sent.', lead: `The receiver has ${format.files(queue.items.length)}. Nothing is left on the server.`, actions: [again()] });
  } else if (!queue.busy) tell('Not all is sent.');
  else if (queue.items.some((item) => item.state === 'sending' && item.moving)) tell('Sending.');
  else if (queue.count('done') > 0) tell('Waiting for the receiver to go on.');
  else tell('Waiting for the receiver.');
}

const again = () => h('a', { class: 'btn btn-primary btn-lg', href: '#/_' }, 'Send more files');

// finish shows the link of an upload whose files are there.
function finish(app, upload, items) {
  app.settled();
  app.address(`#/?id=${upload.id}`);
  const view = app.show('done', 'Ready', { home: true });
  const total = items.reduce((sum, item) => sum + item.file.size, 0);
  const kept = upload.expireAt ? `Kept until ${format.date(new Date(upload.expireAt))}.` : 'Kept until somebody deletes it.';
  field(view, 'lead').textContent = `${format.files(items.length)}, ${format.size(total)}. ${kept}${upload.oneShot ? ' One download only.' : ''}`;
  const link = field(view, 'link');
  link.value = shareLink(upload);
  link.addEventListener('focus', () => link.select());
  field(view, 'open').setAttribute('href', link.value);
  field(view, 'open').addEventListener('click', (event) => { event.preventDefault(); app.open(upload.id); });
  const qr = field(view, 'qr');
  qr.addEventListener('error', () => { qr.hidden = true; });
  qr.src = `qrcode?url=${encodeURIComponent(link.value)}&size=496`;
  on(view, 'copy', () => copy(link.value, link));
  on(view, 'copy-manage', () => copy(manageLink(upload)));
  const shared = $('[data-do="share"]', view);
  shared.hidden = !navigator.share;
  on(view, 'share', () => navigator.share({ url: link.value }).catch(() => {}));
  on(view, 'delete', () => removeUpload(app, upload, api.rights({ token: upload.uploadToken })));
}

// removeUpload asks, deletes and says so.
export async function removeUpload(app, upload, headers) {
  const yes = await ask({ title: 'Delete this upload?', text: 'Its files are deleted from the server and the link stops working. This cannot be undone.', yes: 'Delete', no: 'Keep it' });
  if (!yes) return;
  try {
    await api.remove(upload, headers);
  } catch (err) {
    message(app, { badge: 'Not deleted', title: 'It is still there.', lead: 'The server did not delete the upload. Try again later.', said: err.message, actions: [again()] });
    return;
  }
  app.address('#/');
  message(app, { ghost: true, title: 'Deleted.', lead: 'The files are gone from the server and the link leads nowhere.', actions: [again()] });
}
