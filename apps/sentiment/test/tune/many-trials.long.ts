import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from '@jest/globals';

import { json, reviewsFolder, runIn } from '../helpers/command.js';

/** Trainings of this folder that are running. */
function processes(cwd: string): string[] {
  const running = execFileSync('/bin/ps', ['-eo', 'args'], { encoding: 'utf8' });
  return running.split('\n').filter((line) => line.includes(cwd));
}

it('200 trials leave no process and no temporary file', async () => {
  const { cwd, encoder } = await reviewsFolder();
  const before = readdirSync(tmpdir()).sort();
  const { code, err } = await runIn(cwd, [
    ...['tune', '--train', 'reviews.csv', '--model', encoder, '--backend', 'wasm', '--output', 'many'],
    ...['--trials', '200', '--parallel', '4', '--search', 'learning-rate=1e-4..1:log epochs=1..3'],
  ]);
  expect([
    code,
    err()
      .split('\n')
      .filter((line) => /^trial \d+\/200/.test(line)).length,
  ]).toEqual([0, 200]);
  expect(processes(cwd)).toEqual([]);
  expect(readdirSync(join(cwd, 'many')).sort()).toEqual(['best', 'tune.csv', 'tune.html', 'tune.json']);
  expect(
    readdirSync(tmpdir())
      .sort()
      .filter((name) => !before.includes(name)),
  ).toEqual([]);
  const { trials } = json(cwd, 'many', 'tune.json') as { trials: { status: string }[] };
  expect(trials).toHaveLength(200);
  expect(trials.filter(({ status }) => status === 'stopped').length).toBeGreaterThan(50);
});
