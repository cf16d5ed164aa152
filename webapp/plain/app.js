// The plain page: routes, and what every view shares.
import * as api from './js/api.js';
import { $, h, say, toast } from './js/dom.js';
import { choose, dropped } from './js/choose.js';
import { landing } from './js/message.js';
import { defaults } from './js/options.js';
import { share } from './js/share.js';

const phone = matchMedia('(max-width: 44rem)');
const site = typeof CONFIG === 'object' && CONFIG?.TITLE ? String(CONFIG.TITLE) : 'Plik';
let leave = new AbortController();
let first = true;
let here = location.hash;
let bar = null; // the part of the view that is a bar below the page on phones
let config = null;

const app = {
  picked: [], // { file, name }
  options: null,
  passwords: new Map(), // of uploads unlocked here, by id, as Authorization headers
  accept: null, // takes dropped, pasted or chosen files, where the view can
  guard: null, // asked before the view is left
  get signal() { return leave.signal; }, // aborted when the view is left
  choose: (note) => choose(app, note),
  open: (id) => share(app, id),

  // settled forgets what was chosen: it has been sent.
  settled() {
    app.picked = [];
    app.options = null;
    app.guard = null;
  },

  // loadConfig asks the server once.
  async loadConfig() {
    config ??= api.json('GET', 'config');
    try {
      const known = await config;
      app.options ??= defaults(known);
      return known;
    } catch (err) {
      config = null;
      throw err;
    }
  },

  // address sets what the address bar shows, without going there.
  address(hash) {
    history.replaceState(null, '', `${location.pathname}${hash}`);
    here = hash;
  },

  // show puts the view called name on the page. home offers the way to a new upload.
  show(name, title, { home = false } = {}) {
    leave.abort();
    leave = new AbortController();
    app.accept = null;
    const main = $('#main');
    main.replaceChildren($(`#view-${name}`).content.cloneNode(true));
    main.scrollTop = 0;
    say(''); // what was said is over; the focused heading speaks
    document.title = `${title} - ${site}`;
    $('#new').hidden = !home;
    $('#bar').replaceChildren();
    bar = $('[data-bar]', main);
    if (bar) bar.before(bar.home = document.createComment('bar'));
    app.placeBar();
    if (!first) {
      window.scrollTo(0, 0);
      $('h1', main)?.focus({ preventScroll: true });
    }
    first = false;
    return main;
  },

  // placeBar puts the main action below the page on phones, in its place elsewhere.
  placeBar() {
    const low = phone.matches && bar !== null && bar.childElementCount > 0;
    if (bar) low ? $('#bar').append(bar) : bar.home.after(bar);
    $('#bar').hidden = !low;
    document.body.classList.toggle('has-bar', low);
  },
};

// parameters reads the query behind the hash, or the real one: links of both kinds exist.
function parameters() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const of = new URLSearchParams(query);
  return { path, id: of.get('id'), token: of.get('uploadToken'), err: of.get('err'), errcode: of.get('errcode'), uri: of.get('uri') };
}

async function route() {
  if (app.guard && !(await app.guard())) {
    history.replaceState(null, '', `${location.pathname}${here}`);
    return;
  }
  app.guard = null;
  const asked = parameters();
  const known = asked.path === '';
  if (known && asked.err !== null) {
    here = location.hash;
    landing(app, asked);
  } else if (known && asked.id) {
    if (asked.token) api.keepToken(asked.id, asked.token);
    app.address(`#/?id=${encodeURIComponent(asked.id)}`);
    share(app, asked.id);
  } else {
    app.address('#/');
    choose(app);
  }
}

// Somewhere in the page, a drop or a paste of files adds them where the view takes any.
function receive() {
  let depth = 0;
  const files = (event) => event.dataTransfer?.types.includes('Files');
  const over = (shown) => { $('#dropover').hidden = !shown || !app.accept; };
  addEventListener('dragenter', (event) => { if (files(event)) { depth++; over(true); } });
  addEventListener('dragleave', (event) => { if (files(event) && --depth <= 0) { depth = 0; over(false); } });
  addEventListener('dragover', (event) => { if (files(event)) { event.preventDefault(); event.dataTransfer.dropEffect = app.accept ? 'copy' : 'none'; } });
  addEventListener('drop', (event) => {
    if (!files(event)) return;
    event.preventDefault();
    depth = 0;
    over(false);
    if (app.accept) app.accept(dropped(event.dataTransfer));
  });
  addEventListener('paste', (event) => {
    const pasted = app.accept ? dropped(event.clipboardData) : [];
    if (pasted.length > 0) app.accept(pasted);
  });
  const picker = $('#picker');
  picker.addEventListener('change', () => {
    const chosen = [...picker.files];
    picker.value = '';
    if (app.accept) app.accept(chosen);
    else toast('Not now.');
  });
}

// dress fills what the page says about this server.
async function dress() {
  if (site !== 'Plik') {
    $('#site').className = '';
    $('#site').textContent = site;
    $('.word').remove();
  }
  $('#terminal code').textContent = `curl -T photo.jpg ${api.base}`;
  const known = await app.loadConfig().catch(() => null); // the view tells when there is none
  $('#terminal').hidden = known?.feature_authentication === 'forced';
  if (!known?.abuseContact) return;
  const contact = known.abuseContact;
  $('#abuse').append('Report abuse: ', /^[^\s:?&]+@[^\s:?&]+$/.test(contact) ? h('a', { href: `mailto:${contact}` }, contact) : contact);
  $('#abuse').hidden = false;
}

const query = new URLSearchParams(location.search);
if (query.get('id')) {
  history.replaceState(null, '', `${location.pathname}#/?${query}`);
}
phone.addEventListener('change', app.placeBar);
addEventListener('hashchange', route);
addEventListener('beforeunload', (event) => { if (app.guard) event.preventDefault(); });
$('.skip').addEventListener('click', (event) => { event.preventDefault(); $('#main').focus(); });
receive();
dress();
route();
