// What to do when a file did not get through.
import type { Failure } from '../api/http';

export const maxTries = 12;

// again tells whether trying again by itself may help.
export function again(failure: Failure): boolean {
  const { status } = failure;
  return status === 0 || status === 429 || status === 408 || status === 423 || (status >= 500 && status !== 507 && status !== 501);
}

// delay is how long to wait before try number tries, in ms: longer each time, up to half a minute, and
// not the same for all, so that they do not come back at once.
export function delay(tries: number, failure: Failure, random = Math.random()): number {
  if (failure.retryAfter > 0) return failure.retryAfter * 1000;
  return Math.min(30_000, 1000 * 2 ** Math.max(0, tries - 1)) * (0.75 + random * 0.5);
}
