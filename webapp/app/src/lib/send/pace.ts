// How fast something goes, and how long it still takes.

const window = 10; // seconds that weigh

// Pace smooths a speed over about ten seconds. Times are milliseconds of one clock.
export class Pace {
  #at: number;
  #bytes: number;
  #speed = 0;
  #left = Infinity;

  constructor(now: number, bytes = 0) {
    this.#at = now;
    this.#bytes = bytes;
  }

  // tick takes in how far it is now. It is ignored within half a second of the last one.
  tick(now: number, bytes: number): void {
    const passed = (now - this.#at) / 1000;
    if (passed < 0.5) return;
    const speed = Math.max(0, bytes - this.#bytes) / passed;
    const weight = this.#speed === 0 ? 1 : 1 - Math.exp((-passed * 2) / window);
    this.#speed += (speed - this.#speed) * weight;
    this.#at = now;
    this.#bytes = bytes;
  }

  // rest forgets the speed: a pause says nothing about the line.
  rest(now: number, bytes: number): void {
    this.#at = now;
    this.#bytes = bytes;
    this.#speed = 0;
    this.#left = Infinity;
  }

  get speed(): number {
    return this.#speed; // bytes per second
  }

  // left is the time that bytes take, in seconds; undefined when nobody knows. It does not jump up
  // by more than a fifth from one call to the next.
  left(bytes: number): number | undefined {
    if (this.#speed < 1) return undefined;
    const now = bytes / this.#speed;
    this.#left = Number.isFinite(this.#left) ? Math.min(now, this.#left * 1.2 + 1) : now;
    return this.#left;
  }
}
