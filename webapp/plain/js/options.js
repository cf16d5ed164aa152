// What can be chosen about an upload, within what the server's configuration allows.
import { $, h, icon } from './dom.js';
import { date, duration } from './format.js';

const features = { oneShot: 'feature_one_shot', stream: 'feature_stream', removable: 'feature_removable', extend_ttl: 'feature_extend_ttl', password: 'feature_password', comments: 'feature_comments' };
const switches = ['oneShot', 'stream', 'removable', 'extend_ttl'];
const never = -1;

const flag = (config, name) => config[features[name]] ?? 'disabled';

// defaults are the values before anybody touched the form.
export function defaults(config) {
  const values = { ttl: config.defaultTTL > 0 ? config.defaultTTL : never, password: '', comments: '' };
  for (const name of switches) values[name] = ['default', 'forced'].includes(flag(config, name));
  return values;
}

// missing says what the server insists on and values lacks, or ''.
export function missing(config, values) {
  return flag(config, 'password') === 'forced' && !values.password ? 'This server wants a password.' : '';
}

// wire is values as POST /upload takes them.
export function wire(config, values) {
  const wanted = {};
  for (const name of switches) if (flag(config, name) !== 'disabled') wanted[name] = values[name];
  if (config.feature_set_ttl !== 'disabled') wanted.ttl = values.ttl;
  if (values.password) wanted.password = values.password;
  if (values.comments.trim()) wanted.comments = values.comments.trim();
  return wanted;
}

export const keptFor = (ttl) => (ttl > 0 ? `Kept ${duration(ttl)}` : 'Kept without end');

// choices are the times on offer: the usual ones, the default and the longest.
function choices({ defaultTTL, maxTTL }) {
  const all = new Set([3600, 86400, 7 * 86400, 30 * 86400].filter((ttl) => maxTTL <= 0 || ttl <= maxTTL));
  if (defaultTTL > 0) all.add(defaultTTL);
  if (maxTTL > 0) all.add(maxTTL);
  const sorted = [...all].sort((a, b) => a - b);
  return maxTTL <= 0 ? [...sorted, never] : sorted;
}

// form builds the form over values, which it keeps up to date; changed is told of each change.
export function form(config, values, changed) {
  const el = $('#options-form').content.cloneNode(true).firstElementChild;
  const part = (name) => $(`[data-o="${name}"]`, el);
  for (const name of Object.keys(features)) part(name).hidden = flag(config, name) === 'disabled';
  for (const name of switches) bindSwitch(part(name), flag(config, name) === 'forced', values, name, changed);
  for (const name of ['password', 'comments']) bindText($('.input', part(name)), values, name, changed);
  if (flag(config, 'password') === 'forced') {
    $('.input', part('password')).required = true;
    $('.hint', part('password')).textContent = 'The server wants one.';
  }
  bindTime(part('ttl'), config, values, changed);
  return el;
}

function bindSwitch(part, forced, values, name, changed) {
  const input = $('input', part);
  input.checked = values[name];
  input.disabled = forced;
  if (forced) $('.hint', part).replaceChildren(icon('lock', 'ic small'), ' Set by the administrator. ', $('.hint', part).textContent);
  input.addEventListener('change', () => { values[name] = input.checked; changed(); });
}

function bindText(input, values, name, changed) {
  input.value = values[name];
  input.addEventListener('input', () => { values[name] = input.value; changed(); });
}

function bindTime(part, config, values, changed) {
  const hint = $('.hint', part);
  const tell = () => { hint.textContent = values.ttl > 0 ? `Deleted on ${date(new Date(Date.now() + values.ttl * 1000))}.` : 'Kept until somebody deletes it.'; };
  tell();
  if (config.feature_set_ttl === 'disabled') {
    $('.seg', part).replaceWith(h('p', {}, keptFor(values.ttl)));
    return;
  }
  for (const ttl of choices(config)) {
    const input = h('input', { type: 'radio', name: 'ttl', value: String(ttl), checked: ttl === values.ttl });
    input.addEventListener('change', () => { values.ttl = ttl; tell(); changed(); });
    $('.seg', part).append(h('label', {}, input, ttl === never ? 'Never' : duration(ttl).replace(/ hours?$/, ' h')));
  }
}
