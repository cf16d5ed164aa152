// The server's configuration, and who is signed in.
import { asFailure, impersonate, xsrf, type Failure } from './api/http';
import * as api from './api/session';
import type { Config, User } from './api/types';

// What the site's own script set, however it declared it.
const site = typeof CONFIG === 'object' && CONFIG ? CONFIG : {};

class Session {
  config = $state.raw<Config>();
  failure = $state.raw<Failure>(); // why there is no configuration
  me = $state.raw<User>();
  acting = $state(''); // name of whom an administrator acts as
  known = $state(false); // who is signed in has been found out

  readonly title = typeof site.TITLE === 'string' && site.TITLE ? site.TITLE : 'Plik';
  readonly hideSignIn = site.DISABLE_AUTH_BUTTON === true;

  get accounts(): boolean {
    return (this.config?.feature_authentication ?? 'disabled') !== 'disabled';
  }

  // limits of who is signed in; the server's where the user has none of their own.
  get maxFileSize(): number {
    return this.me?.maxFileSize || this.config?.maxFileSize || 0;
  }
  get maxTTL(): number {
    return this.me?.maxTTL || this.config?.maxTTL || 0;
  }
  get maxUserSize(): number {
    return this.me?.maxUserSize || this.config?.maxUserSize || 0;
  }
  // barred: only people who are signed in may send.
  get barred(): boolean {
    return this.config?.feature_authentication === 'forced' && !this.me;
  }

  async start(): Promise<void> {
    await Promise.all([this.loadConfig(), this.loadMe()]);
  }

  async loadConfig(): Promise<void> {
    try {
      this.config = await api.getConfig();
      this.failure = undefined;
    } catch (err) {
      this.failure = asFailure(err);
    }
  }

  // loadMe asks who is signed in. Without the cookie of a session nobody is, and no question is sent.
  async loadMe(): Promise<void> {
    try {
      this.me = xsrf() ? await api.getMe() : undefined;
    } catch (err) {
      const { status } = asFailure(err);
      if (status === 401 || status === 403) this.#forget();
    } finally {
      this.known = true;
    }
  }

  async signIn(name: string, password: string): Promise<void> {
    await api.login(name, password);
    this.#forget();
    await this.loadMe();
  }

  async signOut(): Promise<void> {
    this.#forgetActing();
    await api.logout();
    this.#forget();
  }

  // ended is for when the session is over by another way than signing out.
  ended(): void {
    this.#forget();
  }

  async actAs(user: User): Promise<void> {
    const before = this.me;
    impersonate(user.id);
    try {
      this.me = await api.getMe();
      this.acting = user.name || user.login;
    } catch (err) {
      impersonate('');
      this.me = before;
      throw err;
    }
  }

  async stopActing(): Promise<void> {
    this.#forgetActing();
    await this.loadMe();
  }

  #forgetActing(): void {
    impersonate('');
    this.acting = '';
  }

  #forget(): void {
    this.#forgetActing();
    this.me = undefined;
  }
}

export const session = new Session();
