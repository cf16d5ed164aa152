// What is measured, when nothing else runs.
import { base, button, check, file, look, scored, signIn, upload, visit } from './harness.mjs';

const later = /favicon|background\.jpg|manifest|sw\.js/; // comes when all else is there

export async function requestsOfFirstView() {
  for (const [who, signed] of [['nobody', false], ['who is signed in', true]]) {
    const { page, requests, close } = await visit(signed ? '#/login' : 'about:blank', {});
    if (signed) {
      await signIn(page);
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await page.goto('about:blank');
    }
    const before = requests.length;
    await page.goto(base);
    await page.getByText('Up to 10 GB per file').waitFor();
    if (signed) await page.getByRole('button', { name: /^Account of/ }).waitFor();
    const needed = requests.slice(before).filter((r) => !later.test(r.url()));
    await check(`the first view of ${who} needs ${needed.length} requests, 8 at most`, needed.length <= 8);
    const heads = await Promise.all(needed.filter((r) => /\/assets\//.test(r.url())).map(async (r) => (await r.response()).headers()));
    await check('its parts come compressed and may be kept for good', heads.length > 0 && heads.every((h) => /^(br|gzip)$/.test(h['content-encoding']) && /immutable/.test(h['cache-control'])));
    await close(`first view of ${who}`);
  }
}

export async function many() {
  const { page, close } = await visit('', {});
  await button(page, 'Choose files').waitFor();
  // The screen of the list is there already, as after a first file.
  await page.locator('main input[type=file]:not([webkitdirectory])').first().setInputFiles([file('first.txt', '1')]);
  await page.locator('.row').first().waitFor();
  const took = await page.evaluate(async () => {
    const data = new DataTransfer();
    for (let i = 0; i < 1000; i++) data.items.add(new File([String(i)], `file-${i}.txt`));
    const start = performance.now();
    for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    while (!document.querySelector('.row[aria-setsize="1001"]')) await new Promise((r) => requestAnimationFrame(r));
    return performance.now() - start;
  });
  console.log(`      1000 files are on the list after ${Math.round(took)} ms`);
  await check('1000 files are on the list within 300 ms', took < 300);
  await check('with few elements', async () => (await page.evaluate(() => document.querySelectorAll('*').length)) < 3000);
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async () => (await client.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'TaskDuration').value * 1000;
  const before = await worked();
  const frames = await page.locator('.scroller').evaluate(async (el) => {
    const gaps = [];
    const end = el.scrollHeight - el.clientHeight;
    let last = performance.now();
    for (let i = 1; i <= 120; i++) {
      el.scrollTo(0, (end * i) / 120);
      const now = await new Promise((r) => requestAnimationFrame(r));
      gaps.push(now - last);
      last = now;
    }
    return gaps.sort((a, b) => a - b);
  });
  // The time of the processor, for other programs on the machine hold frames back as well.
  const work = ((await worked()) - before) / frames.length;
  console.log(`      scrolling: ${work.toFixed(1)} ms of work a frame; half of all frames within ${frames[60].toFixed(1)} ms, 95 % within ${frames[113].toFixed(1)} ms`);
  await check('it scrolls smoothly: 30 ms of work a frame at most, on a slow machine', work > 0 && work < 30);
  await check('the last one is there', () => page.getByText('file-999.txt').waitFor());
  await look(page, 'many');
  await close('many');
}

// Lighthouse as a phone with a slow line sees it. A busy machine makes it slower, never faster: the best
// of a few tries counts.
export async function lighthouse() {
  if (process.env.PLIK_LIGHTHOUSE !== '1') return console.log('      not measured without PLIK_LIGHTHOUSE=1');
  const { page, close } = await visit('', {});
  const id = await upload(page, [file('letter.txt', 'Dear reader\n')]);
  await close('lighthouse');
  for (const [what, url] of [['first view', base], ['page of an upload', `${base}#/?id=${id}`]]) {
    let best;
    for (let i = 0; i < 5 && !(best?.performance >= 95 && best.accessibility === 100); i++) {
      const scores = await scored(url);
      if (!best || scores.performance > best.performance) best = scores;
    }
    console.log(`      ${what}: ${JSON.stringify(best)}`);
    await check(`${what}: performance ${best.performance}, 95 at least`, best.performance >= 95);
    await check(`${what}: accessibility ${best.accessibility}, 100`, best.accessibility === 100);
    await check(`${what}: best practices ${best['best-practices']}, 95 at least`, best['best-practices'] >= 95);
  }
}
