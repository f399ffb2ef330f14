import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from '@jest/globals';

import { temporaryFolder } from '../helpers/files.js';
import { type Kill, train, trainKilled } from '../helpers/killed-run.js';
import { expectSameRun } from '../helpers/same-run.js';
import { reviewsCsv, tinyEncoder } from '../helpers/tiny-model.js';

const STEPS = 1000;
const KILLS = 20;
/** `wasm`, `cpu` or `tensorflow` */
const backend = process.env.KILL_BACKEND ?? 'wasm';

/** Uniform in [0, 1), the same in every run of the test. */
function random(i: number): number {
  return ((Math.imul(i + 1, 0x9e3779b1) >>> 0) / 2 ** 32 + i * 0.618) % 1;
}

it(`${STEPS} steps with checkpoints every 50, killed ${KILLS} times on ${backend}: the same to the last bit`, async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(160));
  const data = ['--train', 'reviews.csv', '--model', await tinyEncoder(), '--backend', backend];
  const how = ['--dropout', '0.1', '--unfreeze', '1', '--layer-decay', '0.9', '--batch-size', '8'];
  const length = ['--epochs', '100', '--max-steps', String(STEPS), '--save-steps', '50'];
  const watched = ['--early-stopping', '100']; // best weights, put back at the end
  const argv = [...data, ...how, ...length, ...watched];
  const started = Date.now();
  await train(argv, cwd, join(cwd, 'whole'));
  const seconds = (Date.now() - started) / 1000;

  // From a kill before the first step to one after several checkpoints; every third in the middle of a save.
  const most = (2000 * seconds) / KILLS;
  const kills = Array.from({ length: KILLS }, (_, i): Kill =>
    i % 3 === 2 ? { inSave: Math.floor(30 * random(i)) } : { after: Math.floor(most * random(i)) },
  );
  const { hit, inSaves } = await trainKilled(argv, cwd, join(cwd, 'killed'), kills);
  process.stderr.write(
    `${hit} of ${KILLS} kills hit, ${inSaves} in a save; uninterrupted: ${seconds.toFixed(0)} s\n`,
  );
  expect(hit).toBeGreaterThanOrEqual(KILLS / 2);
  expect(inSaves).toBeGreaterThanOrEqual(2);
  expect(readdirSync(join(cwd, 'whole'))).toContain(`checkpoint-${STEPS}`);
  expectSameRun(join(cwd, 'killed'), join(cwd, 'whole'));
});
