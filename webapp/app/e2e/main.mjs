// Every screen of the app, driven as people do.
import * as account from './account.mjs';
import * as administration from './administration.mjs';
import { run } from './harness.mjs';
import * as measured from './measured.mjs';
import * as sending from './sending.mjs';
import * as shell from './shell.mjs';
import * as sharing from './sharing.mjs';
import * as states from './states.mjs';

const lanes = [[shell, account, administration, states], [sending, sharing]];
await run(lanes.map((lane) => lane.flatMap((file) => Object.values(file))), Object.values(measured));
