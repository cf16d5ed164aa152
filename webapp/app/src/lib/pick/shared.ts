// What another app shared with this one: the service worker has put it aside.

// takeShared returns it once, and removes it.
export async function takeShared(): Promise<File[]> {
  if (!('caches' in window) || !(await caches.has('plik.shared'))) return [];
  const cache = await caches.open('plik.shared');
  const files: File[] = [];
  for (const request of await cache.keys()) {
    const answer = await cache.match(request);
    if (answer) files.push(new File([await answer.blob()], decodeURIComponent(answer.headers.get('X-Name') ?? 'shared'), { type: answer.headers.get('Content-Type') ?? '' }));
  }
  await caches.delete('plik.shared');
  return files;
}
