// Last step of the build: puts the site's own style sheet behind the app's, refuses a first view
// that is heavier than its budget, and stores what is text a second and third time, compressed.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const out = process.env.OUT_DIR ?? fileURLToPath(new URL('../../dist', import.meta.url));
const budgets = { js: 45_000, css: 12_000 }; // bytes, gzip

const page = join(out, 'index.html');
const custom = '<link rel="stylesheet" href="./css/custom.css">';
let html = readFileSync(page, 'utf8');
if (!html.includes(custom)) throw new Error('index.html lost css/custom.css');
// The theme is set by the script, so nothing is painted before it has run.
html = html.replace('<script type="module"', '<script type="module" blocking="render"');
html = html.replace(custom, '').replace('</head>', `${custom}\n</head>`).replaceAll(/^\s*\n/gm, '');
if (/<style|\son[a-z]+=|\sstyle=/.test(html)) throw new Error('index.html has inline script or style, which the policy forbids');
writeFileSync(page, html);
writeFileSync(join(out, '.keep'), ''); // keeps the folder in git, which the build had emptied

// A first view is what index.html names, what those scripts import at once, and the screen.
const assets = readdirSync(join(out, 'assets')).sort();
const follow = (name, seen) => {
  if (seen.has(name)) return seen;
  seen.add(name);
  if (!name.endsWith('.js')) return seen;
  const source = readFileSync(join(out, 'assets', name), 'utf8');
  for (const [, dep] of source.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) follow(dep, seen);
  return seen;
};
const shell = new Set();
for (const [, name] of html.matchAll(/(?:src|href)="\.\/assets\/([^"]+)"/g)) follow(name, shell);
const view = (screen) => {
  const name = assets.find((asset) => asset.startsWith(`${screen}-`) && asset.endsWith('.js'));
  if (!name) throw new Error(`the screen ${screen} is gone`);
  return follow(name, new Set(shell));
};
const views = { upload: view('Upload'), share: view('Share') };

const weigh = (name) => gzipSync(readFileSync(join(out, 'assets', name)), { level: 9 }).length;
for (const [view, first] of Object.entries(views)) {
  for (const [ending, most] of Object.entries(budgets)) {
    const names = [...first].filter((name) => name.endsWith(`.${ending}`));
    const sum = names.reduce((total, name) => total + weigh(name), 0);
    console.log(`${view}, ${ending}: ${(sum / 1000).toFixed(1)} kB gzip of ${most / 1000}, in ${names.length} (${names.join(' ')})`);
    if (sum > most) process.exitCode = 1;
  }
}
for (const name of assets) if (!shell.has(name)) console.log(`later: ${(weigh(name) / 1000).toFixed(1).padStart(6)} kB  ${name}`);
if (process.exitCode) throw new Error('a first view is heavier than its budget');

// The server sends name.br or name.gz in place of name to whoever takes them. What does not get
// smaller is not stored.
const text = /\.(html|js|mjs|css|svg|webmanifest|json|ico)$/;
const forms = {
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  gz: (bytes) => gzipSync(bytes, { level: 9 }),
};
const sums = { plain: 0, br: 0, gz: 0 };
for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !text.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = readFileSync(path);
  sums.plain += bytes.length;
  for (const [ending, compress] of Object.entries(forms)) {
    const small = compress(bytes);
    if (small.length < bytes.length) writeFileSync(`${path}.${ending}`, small);
    sums[ending] += Math.min(small.length, bytes.length);
  }
}
console.log(`all texts: ${Object.entries(sums).map(([form, sum]) => `${(sum / 1000).toFixed(0)} kB ${form}`).join(', ')}`);
