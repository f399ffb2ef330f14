import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { main } from '../../src/main.js';
import { json, reviewsFolder, runIn } from '../helpers/command.js';
import { recordedIo } from '../helpers/io.js';

jest.setTimeout(120_000);

let cwd: string;
let encoder: string;

beforeAll(async () => {
  ({ cwd, encoder } = await reviewsFolder());
});

const start = (output: string, ...more: string[]): string[] => [
  ...['find-learning-rate', '--train', 'reviews.csv', '--backend', 'wasm', '--model', encoder],
  ...['--batch-size', '8', '--min', '1e-4', '--output', output, ...more],
];

interface Stored {
  readonly ended: string;
  readonly learningRates: readonly number[];
  readonly losses: readonly number[];
  readonly suggestion?: { readonly steepest: number; readonly tenthOfMinimum: number };
  readonly options: Readonly<Record<string, unknown>>;
}

const stored = (output: string): Stored => json(cwd, output, 'learning-rate.json') as unknown as Stored;

it('finds learning rates that tune compares, and keeps the curve', async () => {
  const tensors = tf.memory().numTensors;
  const { code, out, err } = await runIn(cwd, start('found', '--class-weights', 'balanced'));
  expect([code, err()]).toEqual([0, expect.stringContaining('options: --min 0.0001 --max 1')]);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(readdirSync(join(cwd, 'found')).sort()).toEqual([
    'learning-rate.csv',
    'learning-rate.html',
    'learning-rate.json',
  ]);
  const { suggestion, learningRates, losses, options } = stored('found');
  expect(options).toMatchObject({ batchSize: 8, min: 1e-4, max: 1, steps: 100 });
  expect(learningRates[0]).toBe(1e-4);
  expect(suggestion?.steepest).toBeGreaterThan(1e-4);
  expect(suggestion?.steepest).toBeLessThan(1);
  const rows = readFileSync(join(cwd, 'found', 'learning-rate.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(rows[0]).toBe('step,learning_rate,loss,smoothed_loss');
  expect(rows).toHaveLength(losses.length + 1);
  const page = readFileSync(join(cwd, 'found', 'learning-rate.html'), 'utf8');
  expect(page).toContain('Loss by learning rate');
  expect(page).not.toMatch(/NaN|undefined|<script|https?:\/\/(?!www\.w3\.org)/);

  const [, command] = /compare: pnpm sentiment (tune .*)\n/.exec(out()) ?? [];
  const [, low, high] = /--search learning-rate=(\S+)\.\.(\S+):log/.exec(command ?? '') ?? [];
  const { steepest = NaN, tenthOfMinimum = NaN } = suggestion ?? {};
  expect(Number(high) / Math.max(steepest, tenthOfMinimum)).toBeCloseTo(1, 1);
  expect((30 * Number(low)) / Math.min(steepest, tenthOfMinimum)).toBeCloseTo(1, 1);
  const words = (command ?? '').split(' ');
  const tuned = await runIn(cwd, [...words, '--trials', '2', '--epochs', '1', '--output', 'tuned']);
  expect([tuned.code, tuned.err()]).toEqual([0, expect.anything()]);
});

it('takes the steps that train would take: the first loss is that of its first step', async () => {
  const data = ['--train', 'reviews.csv', '--backend', 'wasm', '--model', encoder, '--batch-size', '8'];
  const once = [
    '--max-steps',
    '1',
    '--warmup-ratio',
    '0',
    '--class-weights',
    'balanced',
    '--log',
    'jsonl',
    '--output',
    'once',
  ];
  expect((await runIn(cwd, ['train', ...data, ...once])).code).toBe(0);
  const lines = readFileSync(join(cwd, 'once', 'log.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const steps = lines.map((line) => JSON.parse(line) as { event: string; loss: number });
  const [first] = steps.filter(({ event }) => event === 'step');
  expect(stored('found').losses[0]).toBeCloseTo(first?.loss ?? NaN, 6);
});

it('an interrupted test keeps the curve so far, and nothing before the first step', async () => {
  const controller = new AbortController();
  const io = recordedIo(cwd, '', controller.signal);
  const { write } = io.stderr;
  const stderr = {
    write: (line: string): unknown => {
      if (line.includes('learning rate')) controller.abort(); // the first progress
      return write(line);
    },
  };
  const long = ['--steps', '100000', '--max', '1e-3'];
  expect(await main(start('cut', ...long), { ...io, stderr })).toBe(1);
  expect(io.err()).toMatch(/interrupted after \d+ of 100000 steps; the curve so far is kept/);
  expect(stored('cut').ended).toBe('aborted');
  expect(await main(start('never'), recordedIo(cwd, '', AbortSignal.abort()))).toBe(1);
  expect(existsSync(join(cwd, 'never'))).toBe(false);
});

it('says so where no learning rate can be read, and keeps the curve', async () => {
  const rows = Array.from(
    { length: 60 },
    (_, at) => `the film was ${'very '.repeat(at % 30)}good,${at < 30 ? 'a' : 'b'}\n`,
  );
  writeFileSync(join(cwd, 'noise.csv'), `text,label\n${rows.join('')}`);
  const { code, err } = await runIn(
    cwd,
    start('noise', '--train', 'noise.csv', '--max', '1e-3', '--steps', '20'),
  );
  expect([code, err()]).toEqual([
    1,
    expect.stringMatching(
      /range test: expected a smoothed loss that falls before it rises.*learning-rate\.csv/s,
    ),
  ]);
  expect(readdirSync(join(cwd, 'noise'))).toContain('learning-rate.html');
});

it.each([
  [
    'a range that falls',
    ['--min', '0.1', '--max', '0.01'],
    /--min: expected a learning rate below --max 0.01/,
  ],
  ['few steps', ['--steps', '19'], /--steps: expected .*20.* found '19'/],
  ['data that train refuses', ['--label', 'stars'], /stars/],
  ['an option that says how long train goes on', ['--epochs', '3'], /--epochs/],
  ['a folder that is in use', ['--output', '.'], /--output: expected an empty or new directory/],
])('%s is a clear error, and nothing is left', async (_name, more, message) => {
  const { code, err } = await runIn(cwd, start('wrong', ...more));
  expect([code, err()]).toEqual([2, expect.stringMatching(message)]);
  expect(existsSync(join(cwd, 'wrong'))).toBe(false);
});
