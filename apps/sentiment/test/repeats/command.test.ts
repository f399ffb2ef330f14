import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, jest } from '@jest/globals';

import { main } from '../../src/main.js';
import type { RepeatedFigure } from '../../src/repeats/summary.js';
import { json, reviewsFolder, runIn } from '../helpers/command.js';
import { recordedIo } from '../helpers/io.js';
import { reviewsCsv } from '../helpers/tiny-model.js';

jest.setTimeout(120_000);

let cwd: string;
let encoder: string;

beforeAll(async () => {
  ({ cwd, encoder } = await reviewsFolder());
});

const start = (output: string, ...more: string[]): string[] => [
  ...['train', '--train', 'reviews.csv', '--backend', 'wasm', '--batch-size', '8', '--model', encoder],
  ...['--output', output, '--learning-rate', '0.006', '--epochs', '1', ...more],
];

interface Summary {
  kind: string;
  runs: { directory: string; seed: number; figures: Record<string, number> }[];
  figures: Record<string, RepeatedFigure>;
  labelNoise?: { labels: number; suspects: number; confidentJoint: number[][] };
}

const summary = (output: string): Summary => json(cwd, output, 'summary.json') as unknown as Summary;
const bytes = (...path: string[]): Buffer => readFileSync(join(cwd, ...path));

/** Runs a command that is interrupted after the first epoch of the run that a line announces. */
async function cutAt(line: RegExp, argv: string[]): Promise<{ code: number; err: string }> {
  const controller = new AbortController();
  const io = recordedIo(cwd, '', controller.signal);
  let isIn = false;
  const stderr = {
    write(text: string) {
      if (line.test(text)) isIn = true;
      if (isIn && /^epoch 1.\d+: loss/.test(text)) setTimeout(() => controller.abort(), 20);
      return io.stderr.write(text);
    },
  };
  return { code: await main(argv, { ...io, stderr }), err: io.err() };
}

describe('--seeds', () => {
  it('is the single runs with these seeds, on one split, and mean and deviation of their figures', async () => {
    const io = await runIn(cwd, start('seeds', '--seeds', '42,7'));
    expect([io.code, io.err()]).toEqual([0, expect.stringContaining('seed 7 (2 of 2)')]);
    expect(io.out()).toMatch(/^2 runs on valid examples: mean, standard deviation/);
    expect(io.out()).toMatch(/accuracy +0\.\d{4} +0\.\d{4} /);
    const { kind, runs, figures } = summary('seeds');
    expect([kind, runs.map(({ seed }) => seed)]).toEqual(['seeds', [42, 7]]);
    const { accuracy } = figures;
    const values = runs.map((run) => run.figures.accuracy ?? NaN);
    expect(accuracy?.values).toEqual(values);
    expect(accuracy?.mean).toBeCloseTo(((values[0] ?? NaN) + (values[1] ?? NaN)) / 2, 12);
    expect((await runIn(cwd, start('single'))).code).toBe(0);
    expect(bytes('seeds', 'seed-42', 'model.safetensors').equals(bytes('single', 'model.safetensors'))).toBe(
      true,
    );
    expect(bytes('seeds', 'seed-7', 'model.safetensors').equals(bytes('single', 'model.safetensors'))).toBe(
      false,
    );
  });
});

describe('--folds and --label-noise', () => {
  // Every fifth label of "the film was bad." and the like is turned round.
  const turned = [3, 12, 40, 77];

  beforeAll(() => {
    const [head = '', ...rows] = reviewsCsv(60).trim().split('\n');
    const noisy = rows.map((row, at) => {
      const unique = row.replace('.', `. ${at}`);
      if (!turned.includes(at + 1)) return unique;
      return unique.endsWith('neg') ? unique.replace(/neg$/, 'pos') : unique.replace(/pos$/, 'neg');
    });
    writeFileSync(join(cwd, 'noisy.csv'), [head, ...noisy, ''].join('\n'));
  });

  const noise = (output: string): string[] =>
    start(output, '--train', 'noisy.csv', '--folds', '3', '--label-noise', '--epochs', '4');

  it('holds every example out once, finds the labels that are wrong, and goes on where it was cut off', async () => {
    const whole = await runIn(cwd, noise('whole'));
    expect([whole.code, whole.err()]).toEqual([
      0,
      expect.stringContaining('fold 3 of 3: 40 of 120 examples are held out'),
    ]);
    expect(whole.out()).toMatch(/^3 runs on the held-out examples/);
    const { runs, figures, labelNoise } = summary('whole');
    expect(runs.map(({ directory }) => directory)).toEqual(['fold-1', 'fold-2', 'fold-3']);
    expect(figures.accuracy?.mean).toBeGreaterThan(0.9);
    const held = runs.flatMap(({ directory }) =>
      (json(cwd, 'whole', directory, 'part.json').heldOut as { row: number }[]).map(({ row }) => row),
    );
    expect(held.sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));

    const [header, ...lines] = bytes('whole', 'label-noise.csv').toString().trim().split('\n');
    expect(header).toBe('row,given,suggested,score,text');
    const cells = lines.map((line) => line.split(','));
    expect(cells.map(([row]) => Number(row)).sort((a, b) => a - b)).toEqual(turned);
    for (const [, given, suggested] of cells) expect([given, suggested].sort()).toEqual(['neg', 'pos']);
    const scores = cells.map(([, , , score]) => Number(score));
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(labelNoise).toMatchObject({ labels: 120, suspects: turned.length });
    expect(whole.out()).toMatch(/label noise: 4 of 120 labels \(3\.3 %\) are probably wrong/);

    const cut = await cutAt(/^\nfold 2 /, noise('cut'));
    expect([cut.code, cut.err]).toEqual([1, expect.stringMatching(/go on: .*train --resume cut\n/)]);
    expect(existsSync(join(cwd, 'cut', 'fold-3'))).toBe(false);
    const resumed = await runIn(cwd, ['train', '--resume', 'cut']);
    expect([resumed.code, resumed.err()]).toEqual([
      0,
      expect.stringMatching(/fold 1 has been run[\s\S]*resuming .*fold-2 after step/),
    ]);
    expect(summary('cut')).toEqual(summary('whole'));
    expect(bytes('cut', 'label-noise.csv').equals(bytes('whole', 'label-noise.csv'))).toBe(true);

    // Some other data, and the rest of the set would be of other folds.
    const data = bytes('noisy.csv');
    writeFileSync(join(cwd, 'noisy.csv'), `${data.toString()}the food was good. new,pos\n`);
    const other = await cutAt(/never/, ['train', '--resume', 'whole', '--epochs', '9']);
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('no other option beside --resume')]);
    writeFileSync(join(cwd, 'whole', 'fold-3', 'part.json'), '{}');
    const changed = await runIn(cwd, ['train', '--resume', 'whole']);
    expect([changed.code, changed.err()]).toEqual([1, expect.stringContaining('a data file has changed')]);
    writeFileSync(join(cwd, 'noisy.csv'), data);
  });
});

describe('what is wrong is said before training, and nothing is written', () => {
  it.each([
    [['--seeds', '1'], /--seeds: expected a number of runs from 2 to 100/],
    [['--seeds', '3,3'], /--seeds: expected .*each once, found '3,3'/],
    [['--seeds', '2', '--folds', '3'], /--seeds: expected no --folds with it/],
    [['--seeds', '2', '--label-noise'], /--seeds: expected no --label-noise with it/],
    [['--folds', '3', '--valid', 'test.csv'], /--folds: expected no --valid with it/],
    [['--label-noise', '--test', 'test.csv'], /--label-noise: expected no --test with it/],
    [['--label-noise', '--task', 'regression'], /--label-noise: expected a task with classes/],
    [['--folds', '1'], /--folds: expected a whole number of at least 2/],
    [['--folds', '3', '--freeze', '9'], /--freeze: expected at most 2/],
    [['--folds', '100'], /expected at least 100 different texts, one for each fold/],
  ])('%s', async (options, message) => {
    const before = readdirSync(cwd).sort();
    const io = await runIn(cwd, start('refused', ...options));
    expect([io.code > 0, io.err()]).toEqual([true, expect.stringMatching(message)]);
    expect(io.out()).toBe('');
    expect(readdirSync(cwd).sort()).toEqual(before);
  });
});
