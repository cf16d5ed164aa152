import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { i18n } from './i18n/index.svelte';
import { keys } from './lib/keys.svelte';
import { base } from './lib/api/http';
import { router } from './lib/router.svelte';
import { sendings } from './lib/send/sendings.svelte';
import { session } from './lib/session.svelte';

router.start();
keys.start();
void session.start();
void sendings.look();
// The texts first, so that nobody sees the page change its language.
void i18n.start().then(() => {
  const target = document.getElementById('app');
  if (target) mount(App, { target });
});

// The picture that sites put behind the page has always been in this place. It is decoration: it
// comes when all else is there.
addEventListener('load', () => {
  const show = (): void => document.documentElement.style.setProperty('--bg-image', `url("${base}img/background.jpg")`);
  const later = (): void => {
    show();
    // Only for what other apps share with an installed one.
    navigator.serviceWorker?.register(`${base}sw.js`).catch(() => {});
  };
  if ('requestIdleCallback' in window) requestIdleCallback(later, { timeout: 3000 });
  else setTimeout(later, 500);
});
