// Every screen of the app, driven as people do.
import * as account from './account.mjs';
import { run } from './harness.mjs';
import * as sending from './sending.mjs';
import * as shell from './shell.mjs';
import * as sharing from './sharing.mjs';

await run([...Object.values(shell), ...Object.values(sending), ...Object.values(sharing), ...Object.values(account)].filter((part) => typeof part === 'function'));
