// Where the reader is. The hash is the only truth; everything else follows it.
import { parse, type Route } from './route';

class Router {
  route = $state.raw<Route>({ screen: 'upload' });
  hash = $state('');
  // visits grows with every move, also to the place one is at.
  visits = $state(0);

  start(): void {
    // A link whose "#" was lost on the way: ?id=… in the query.
    if (!location.hash && /[?&]id=/.test(location.search)) {
      history.replaceState(null, '', `${location.pathname}#/${location.search}`);
    }
    addEventListener('hashchange', () => this.#read());
    this.#read();
  }

  go(hash: string): void {
    if (location.hash === hash) this.#read();
    else location.hash = hash;
  }

  // rename changes the address without a move: back leads to where one came from.
  rename(hash: string): void {
    history.replaceState(null, '', hash);
    this.#read();
  }

  #read(): void {
    this.hash = location.hash;
    this.route = parse(location.hash);
    this.visits++;
  }
}

export const router = new Router();
