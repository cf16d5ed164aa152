// What went wrong, in the reader's words.
import type { Messages } from '../i18n/index.svelte';
import type { Failure } from './api/http';
import { seconds } from './format/time';

// explain says what a failure means and what to do; the server's own words where it knows best.
export function explain(failure: Failure, m: Messages, lang: string): string {
  if (failure.code === 'quota_exceeded') return m.quotaFull;
  switch (failure.status) {
    case 0:
      return m.noAnswer;
    case 413:
      return m.tooLarge;
    case 429:
      return m.waitSeconds(seconds(failure.retryAfter || 30, lang, m.lessThanMinute));
    case 507:
      return m.full;
    case 404:
    case 410:
      return m.uploadGone;
    default:
      return failure.message || m.serverProblem;
  }
}
