import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it, jest } from '@jest/globals';

import { temporaryFolder } from './helpers/files.js';
import { train, trainKilled } from './helpers/killed-run.js';
import { expectSameRun } from './helpers/same-run.js';
import { reviewsCsv, tinyEncoder } from './helpers/tiny-model.js';

jest.setTimeout(180_000);

// Many more kills in a longer run: `test:kill`.
it('a run that is killed ends, resumed, as the one that was not: weights, optimiser, history', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(80));
  const data = ['--train', 'reviews.csv', '--model', await tinyEncoder(), '--dropout', '0.1'];
  const argv = [...data, '--backend', 'wasm', '--batch-size', '8', '--epochs', '4', '--save-steps', '3'];
  argv.push('--early-stopping', '9'); // best weights, put back at the end
  await train(argv, cwd, join(cwd, 'whole'));
  const kills = [{ after: 250 }, { inSave: 0 }, { inSave: 3 }];
  const { hit, inSaves } = await trainKilled(argv, cwd, join(cwd, 'killed'), kills);
  expect(hit).toBeGreaterThanOrEqual(2);
  expect(inSaves).toBeGreaterThanOrEqual(1);
  expectSameRun(join(cwd, 'killed'), join(cwd, 'whole'));
});
