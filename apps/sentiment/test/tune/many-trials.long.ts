import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from '@jest/globals';

import { json, reviewsFolder } from '../helpers/command.js';

const launcher = fileURLToPath(new URL('../../scripts/launch.mjs', import.meta.url));

/** Runs the program in a process of its own. @param temporary where it and its children put temporary files */
function launch(argv: readonly string[], cwd: string, temporary: string) {
  const places = { INIT_CWD: cwd, TMPDIR: temporary, TMP: temporary, TEMP: temporary };
  const child = spawn(process.execPath, [launcher, ...argv], {
    cwd,
    env: { ...process.env, BERTUNE_NO_BUILD: '1', ...places },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise<{ code: number | null; said: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, said });
    });
  });
}

/** Processes whose command line names this folder: trainings have their --output in it. */
function processes(cwd: string): string[] {
  const running = execFileSync('/bin/ps', ['-eo', 'args'], { encoding: 'utf8' });
  return running.split('\n').filter((line) => line.includes(cwd));
}

it('200 trials leave no process and no temporary file', async () => {
  const { cwd, encoder } = await reviewsFolder();
  const temporary = join(cwd, 'tmp');
  mkdirSync(temporary);
  const before = readdirSync(cwd).sort();
  let most = 0;
  const watching = setInterval(() => (most = Math.max(most, processes(join(cwd, 'many')).length)), 1000);
  const argv = [
    ...['tune', '--train', 'reviews.csv', '--model', encoder, '--backend', 'wasm', '--output', 'many'],
    ...['--trials', '200', '--parallel', '4', '--search', 'learning-rate=1e-4..1:log epochs=1..3'],
  ];
  const { code, said } = await launch(argv, cwd, temporary).finally(() => {
    clearInterval(watching);
  });
  const told = said.split('\n').filter((line) => /^trial \d+\/200/.test(line));
  expect([code, told.length, code === 0 ? '' : said]).toEqual([0, 200, '']);
  expect(most).toBeGreaterThan(0); // the look for processes finds them while there are any
  expect(processes(cwd)).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
  expect(readdirSync(cwd).sort()).toEqual([...before, 'many'].sort());
  expect(readdirSync(join(cwd, 'many')).sort()).toEqual(['best', 'tune.csv', 'tune.html', 'tune.json']);
  const { trials } = json(cwd, 'many', 'tune.json') as { trials: { status: string; message?: string }[] };
  expect(trials).toHaveLength(200);
  const failed = trials.filter(({ status }) => status === 'failed');
  // At a learning rate of 1 a loss may be infinite; nothing else may fail.
  expect(failed.filter(({ message }) => !message?.includes('finite'))).toEqual([]);
  expect(trials.filter(({ status }) => status === 'stopped').length).toBeGreaterThan(50);
});
