// Takes what other apps share with this one, and hands it to the page. It keeps nothing else: the
// page and its parts are cached by the browser as the server says.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'POST' || url.pathname !== new URL('share-target', self.registration.scope).pathname) return;
  event.respondWith(take(event.request));
});

async function take(request) {
  const form = await request.formData();
  const cache = await caches.open('plik.shared');
  const files = form.getAll('files').filter((file) => file instanceof File);
  const text = ['title', 'text', 'url'].map((name) => form.get(name)).filter(Boolean).join('\n');
  if (text) files.push(new File([text], 'shared.txt', { type: 'text/plain;charset=utf-8' }));
  await Promise.all(files.map((file, i) => cache.put(`shared/${i}`, new Response(file, { headers: { 'Content-Type': file.type || 'application/octet-stream', 'X-Name': encodeURIComponent(file.name) } }))));
  return Response.redirect(`${self.registration.scope}#/_?shared`, 303);
}
