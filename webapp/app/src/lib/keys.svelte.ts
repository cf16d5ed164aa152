// Keys that work anywhere. A control that has one carries data-key with it, so a key never does more
// than a click on what is on the screen.
import { local } from './store';
import { router } from './router.svelte';
import { ui } from './ui.svelte';

const name = 'plik.keys';

class Keys {
  on = $state(local.getItem(name) !== 'off');

  // turn switches the single-key ones on or off (WCAG 2.1.4).
  turn(on: boolean): void {
    this.on = on;
    try {
      local.setItem(name, on ? 'on' : 'off');
    } catch {
      // For this visit, then.
    }
  }

  start(): void {
    addEventListener('keydown', (event) => this.#press(event));
  }

  #press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.altKey || document.querySelector('dialog[open]')) return;
    const at = event.target instanceof Element ? event.target : document.body;
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') return click('go', event);
    if (event.ctrlKey || event.metaKey || !this.on || at.closest('input, textarea, select, [contenteditable], iframe, video, audio, [role=menu]')) return;
    switch (event.key) {
      case '?':
        ui.help = true;
        return;
      case 'n':
        router.go('#/_');
        return;
      case '/': {
        const search = document.querySelector<HTMLElement>('[data-key="/"]');
        if (search) event.preventDefault();
        search?.focus();
        return;
      }
      default:
        if (/^([a-z]|Arrow(Left|Right))$/.test(event.key)) click(event.key, event);
    }
  }
}

function click(key: string, event: Event): void {
  const control = [...document.querySelectorAll<HTMLElement>(`[data-key="${key}"]`)].find((el) => el.offsetParent !== null && !(el as HTMLButtonElement).disabled);
  if (!control) return;
  event.preventDefault();
  control.click();
}

export const keys = new Keys();
