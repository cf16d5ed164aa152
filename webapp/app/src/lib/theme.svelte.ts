// Light, dark, or what the system says.
import { local } from './store';

export type Theme = 'system' | 'light' | 'dark';

const read = (): Theme => {
  const kept = local.getItem('plik.theme');
  return kept === 'light' || kept === 'dark' ? kept : 'system';
};

class Themes {
  current = $state<Theme>(read());

  choose(theme: Theme): void {
    this.current = theme;
    const root = document.documentElement;
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      if (theme === 'system') local.removeItem('plik.theme');
      else local.setItem('plik.theme', theme);
    } catch {
      // For this visit, then.
    }
  }
}

export const themes = new Themes();
themes.choose(themes.current); // before anything is painted: the page waits for this script
