// One message and what to do next.
import { field, h, icon } from './dom.js';

// message shows a page with a title, a sentence and actions (elements). ghost draws the
// dashed outline of something that is gone. said is what the server said, as it said it.
export function message(app, { title, lead, actions = [], badge = '', said = '', ghost = false }) {
  const view = app.show('message', title.replace(/\.$/, ''), { home: true });
  view.firstElementChild.classList.add(...(ghost ? ['ghost'] : ['sheet', 'sheet-md']));
  field(view, 'title').textContent = title;
  field(view, 'lead').textContent = lead;
  field(view, 'actions').append(...actions);
  if (badge) {
    field(view, 'badge').hidden = false;
    field(view, 'badge').querySelector('span span').textContent = badge;
  }
  if (said) {
    field(view, 'said').hidden = false;
    field(view, 'said').querySelector('p').textContent = said;
  }
}

const yourself = (className = 'btn-primary') => h('a', { class: `btn btn-lg ${className}`, href: '#/_' }, 'Send files yourself');

// gone is the page of a link that leads nowhere.
export function gone(app, { title = 'Nothing here any more.', lead = 'The link is wrong, or its time is over and the files are deleted. Ask the sender for a new one.', said = '' } = {}) {
  message(app, { ghost: true, title, lead, said, actions: [yourself()] });
}

// unreachable is the page of a server that does not answer, or not with what was asked.
export function unreachable(app, err, again) {
  const button = h('button', { class: 'btn btn-primary btn-lg', type: 'button', onclick: again }, icon('retry'), 'Try again');
  const down = err.status === 0;
  message(app, {
    badge: down ? 'No connection' : '',
    title: down ? 'The server does not answer.' : 'The server says no.',
    lead: down ? 'Look at your network, then try again.' : 'Try again. If it stays like this, tell whoever runs the server.',
    said: down ? '' : err.message,
    actions: [button, yourself('btn-secondary')],
  });
}

// landing is where the server sends a browser whose download failed. Its parameters may
// have been written by anybody: they are shown as text, and never followed.
export function landing(app, { err, errcode, uri }) {
  const code = Number(errcode);
  const id = /(?:^|\/)(?:file|stream|archive)\/([A-Za-z0-9]{1,64})\//.exec(uri ?? '')?.[1];
  const open = id ? [h('a', { class: 'btn btn-lg btn-primary', href: `#/?id=${id}` }, 'Open the upload')] : [];
  const actions = [...open, yourself(id ? 'btn-secondary' : 'btn-primary')];
  const said = code ? `${err} (${code})` : err;
  if (code === 404 || code === 410) {
    message(app, { ghost: true, title: 'Nothing here any more.', lead: 'The link is wrong, its time is over, or it was for one download and somebody had it. Ask the sender for a new one.', said, actions });
  } else if (code >= 500) {
    message(app, { title: 'The server has a problem.', lead: 'Wait a little, then try again. If it stays like this, tell whoever runs the server.', said, actions });
  } else {
    message(app, { title: 'That did not work.', lead: 'The server did not hand out the file. Check the link, or ask the sender for a new one.', said, actions });
  }
}
