// Small things that any screen may need: a line that passes, a question, words for screen readers.

export interface Toast { text: string; action?: { label: string; run: () => void } }
export interface Question { title: string; text: string; yes: string; no: string; typed?: string }

class UI {
  toastShown = $state.raw<Toast>();
  question = $state.raw<Question>();
  polite = $state('');
  urgent = $state('');
  help = $state(false);
  qr = $state('');
  #answer: (yes: boolean) => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  // toast shows a line for five seconds; one at a time.
  toast(text: string, action?: Toast['action']): void {
    this.toastShown = { text, action };
    this.holdToast(false);
  }

  // holdToast keeps it while somebody reads it.
  holdToast(hold: boolean): void {
    clearTimeout(this.#timer);
    if (!hold) this.#timer = setTimeout(() => this.dropToast(), 5000);
  }

  dropToast(): void {
    clearTimeout(this.#timer);
    this.toastShown = undefined;
  }

  // ask puts a question and resolves to whether it was answered with yes.
  ask(question: Question): Promise<boolean> {
    this.#answer(false);
    this.question = question;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  answer(yes: boolean): void {
    this.question = undefined;
    this.#answer(yes);
    this.#answer = () => {};
  }

  say(text: string): void {
    this.polite = text;
  }
}

export const ui = new UI();

// copy puts text on the clipboard, also where the page is not on HTTPS.
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.className = 'sr';
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}
