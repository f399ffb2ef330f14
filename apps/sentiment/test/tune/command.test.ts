import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, expect, it, jest } from '@jest/globals';

import { main } from '../../src/main.js';
import { json, reviewsFolder, runIn } from '../helpers/command.js';
import { recordedIo } from '../helpers/io.js';

jest.setTimeout(180_000);

let cwd: string;
let encoder: string;

beforeAll(async () => {
  ({ cwd, encoder } = await reviewsFolder());
});

const start = (output: string, ...more: string[]): string[] => [
  ...['tune', '--train', 'reviews.csv', '--test', 'test.csv', '--backend', 'wasm', '--model', encoder],
  ...[
    '--search',
    'learning-rate=0.001..0.01:log batch-size=8|16',
    '--epochs',
    '2',
    '--output',
    output,
    ...more,
  ],
];

interface Stored {
  trials: {
    number: number;
    status: string;
    parameters: Record<string, string>;
    epochs: { loss: number }[];
  }[];
}

const stored = (output: string): Stored => json(cwd, output, 'tune.json') as unknown as Stored;

/** What is known of a trial but for its time. */
const comparable = ({ trials }: Stored): unknown[] =>
  trials.map(({ number, status, parameters, epochs }) => [number, status, parameters, epochs]);

it('tries what it draws, keeps a table and a page, and trains the best once more', async () => {
  const { code, out, err } = await runIn(cwd, start('found', '--trials', '3', '--method', 'random'));
  expect([code, err()]).toEqual([
    0,
    expect.stringMatching(/trial 3\/3 \(learning-rate 0\.\d+, batch-size \d+\)/),
  ]);
  expect(readdirSync(join(cwd, 'found')).sort()).toEqual(['best', 'tune.csv', 'tune.html', 'tune.json']);
  const { trials } = stored('found');
  expect(trials.map(({ status, epochs }) => [status, epochs.length])).toEqual(Array(3).fill(['done', 2]));
  const best = Object.entries(trials[Number(/\n {2}(\d)/.exec(out())?.[1]) - 1]?.parameters ?? {});
  expect(out()).toContain(`best: ${best.map(([name, value]) => `--${name}=${value}`).join(' ')}`);
  const record = json(cwd, 'found', 'best', 'run.json') as {
    options: Record<string, unknown>;
    result: { of: string };
    history: { history: { val_loss: number[] } };
  };
  expect(record.options.learningRate).toBe(Number(best[0]?.[1]));
  expect(record.result.of).toBe('test'); // the trials did not see it
  const bestTrial = trials.find(({ parameters }) => parameters['learning-rate'] === best[0]?.[1]);
  // Trained once more it is what it was: the same seed.
  expect(record.history.history.val_loss.map((loss) => loss.toFixed(6))).toEqual(
    bestTrial?.epochs.map(({ loss }) => loss.toFixed(6)),
  );
  const page = readFileSync(join(cwd, 'found', 'tune.html'), 'utf8');
  expect(page).toContain('Parallel coordinates');
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
});

it('goes on after Ctrl-C as the search that was not cut off, and leaves no process', async () => {
  const asha = ['--trials', '4', '--method', 'asha'];
  expect((await runIn(cwd, start('whole', ...asha))).code).toBe(0);
  const controller = new AbortController();
  const io = recordedIo(cwd, '', controller.signal);
  const stderr = {
    write(text: string) {
      if (text.startsWith('trial 2/4')) setTimeout(() => controller.abort(), 300);
      return io.stderr.write(text);
    },
  };
  expect(await main(start('cut', ...asha), { ...io, stderr })).toBe(1);
  expect(io.err()).toMatch(
    /interrupted after \d trials, which are kept\nresume: pnpm sentiment tune --resume cut/,
  );
  expect(existsSync(join(cwd, 'cut', 'trials'))).toBe(false);
  const running = execFileSync('/bin/ps', ['-eo', 'args'], { encoding: 'utf8' });
  expect(running.split('\n').filter((line) => line.includes(join(cwd, 'cut')))).toEqual([]);
  const { code } = await runIn(cwd, ['tune', '--resume', 'cut']);
  expect(code).toBe(0);
  expect(comparable(stored('cut'))).toEqual(comparable(stored('whole')));
  expect(stored('whole').trials.some(({ status }) => status === 'stopped')).toBe(true);
});

it.each([
  [
    'an option that is given and searched',
    ['--learning-rate', '0.1'],
    /--learning-rate: .* either given or searched/,
  ],
  ['data that train refuses', ['--label', 'stars'], /the first training: .*stars/],
  [
    'a metric that there is not',
    ['--metric', 'bleu'],
    /--metric: expected one of loss, .*accuracy.*found bleu/,
  ],
  ['a folder that is in use', ['--output', '.'], /--output: expected an empty or new directory/],
])('%s is a clear error, and nothing is left', async (_name, more, message) => {
  const { code, err } = await runIn(cwd, start('wrong', '--trials', '2', ...more));
  expect([code, err()]).toEqual([2, expect.stringMatching(message)]);
  expect(existsSync(join(cwd, 'wrong'))).toBe(false);
});

it('a folder without a search cannot be gone on with', async () => {
  writeFileSync(join(cwd, 'tune.json'), '{');
  expect((await runIn(cwd, ['tune', '--resume', 'nowhere'])).err()).toMatch(
    /--resume: expected a folder of sentiment tune/,
  );
  expect((await runIn(cwd, ['tune', '--resume', '.'])).err()).toMatch(/tune\.json: expected JSON/);
});
