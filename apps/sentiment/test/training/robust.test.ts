import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, jest } from '@jest/globals';

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
  ...['train', '--train', 'reviews.csv', '--backend', 'wasm', '--batch-size', '8', '--model', encoder],
  ...['--output', output, '--learning-rate', '0.01', '--epochs', '4', ...more],
];

const weights = (output: string): Buffer => readFileSync(join(cwd, output, 'model.safetensors'));

/** Runs a command that is interrupted 40 ms after a line of its progress. */
async function cutAt(line: RegExp, argv: string[]): Promise<number> {
  const controller = new AbortController();
  const io = recordedIo(cwd, '', controller.signal);
  const stderr = {
    write(text: string) {
      if (line.test(text)) setTimeout(() => controller.abort(), 40);
      return io.stderr.write(text);
    },
  };
  return main(argv, { ...io, stderr });
}

describe('--average', () => {
  it.each([
    ['ema', ['--average', 'ema', '--ema-decay', '0.9']],
    ['swa', ['--average', 'swa', '--swa-start', '2']],
  ])(
    '%s: other weights than the last ones; a run that was cut off ends with the same',
    async (name, options) => {
      const more = [...options, '--save-steps', '9', '--dropout', '0.1'];
      const whole = await runIn(cwd, start(`${name}-whole`, ...more));
      expect([whole.code, whole.err()]).toEqual([0, expect.stringContaining(`(--average ${name})`)]);
      if (name === 'ema') expect((await runIn(cwd, start('last', '--dropout', '0.1'))).code).toBe(0);
      expect(weights(`${name}-whole`).equals(weights('last'))).toBe(false);
      expect(await cutAt(/^epoch 2\/4: loss/, start(`${name}-cut`, ...more))).toBe(1);
      const resumed = await runIn(cwd, ['train', '--resume', `${name}-cut`]);
      expect([resumed.code, resumed.err()]).toEqual([0, expect.stringContaining('after step')]);
      expect(weights(`${name}-cut`).equals(weights(`${name}-whole`))).toBe(true);
      const [ofCut, ofWhole] = [`${name}-cut`, `${name}-whole`].map(
        (run) => json(cwd, run, 'run.json').result,
      );
      expect(ofCut).toEqual(ofWhole);
    },
  );

  it.each([
    [['--ema-decay', '0.9'], /--ema-decay: expected --average ema with it, found --average none/],
    [['--average', 'ema', '--swa-start', '2'], /--swa-start: expected --average swa with it/],
    [['--average', 'swa', '--swa-start', '4'], /--swa-start: expected at least two epochs.*epoch 4 of 4/],
    [['--average', 'swa', '--epochs', '1'], /--average swa: expected at least two epochs/],
    [['--focal-gamma', '2'], /--focal-gamma: expected --loss focal with it/],
  ])('%s is refused before anything is read', async (options, message) => {
    const io = await runIn(cwd, start('refused', ...options));
    expect([io.code, io.err()]).toEqual([2, expect.stringMatching(message)]);
    expect(existsSync(join(cwd, 'refused'))).toBe(false);
  });
});

describe('--loss focal', () => {
  it('trains with another loss, which the record names', async () => {
    const [focal, plain] = [
      await runIn(cwd, start('focal', '--loss', 'focal', '--focal-gamma', '1.5', '--dropout', '0')),
      await runIn(cwd, start('plain', '--dropout', '0')),
    ];
    expect([focal.code, plain.code]).toEqual([0, 0]);
    const losses = (output: string): number[] =>
      (json(cwd, output, 'run.json').history as { losses: number[] }).losses;
    // The first loss is that of the same weights on the same batch: (1 - p)^1.5 of it, p about a half.
    const share = (losses('focal')[0] ?? NaN) / (losses('plain')[0] ?? NaN);
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.7);
    expect(json(cwd, 'focal', 'run.json').options).toMatchObject({ loss: 'focal', focalGamma: 1.5 });
  });
});

describe('a loss that is not finite', () => {
  it('ends the run with an error, its batch and the weights before it on disk', async () => {
    const options = ['--optimizer', 'sgd', '--learning-rate', '1e30', '--clip-norm', '0'];
    const io = await runIn(cwd, start('diverged', ...options));
    expect([io.code, io.err()]).toEqual([
      1,
      expect.stringMatching(
        /error: training, step \d+: expected a finite loss and finite gradients, found .*(NaN|Infinity).*Lower --learning-rate.*Its batch is in diverged.non-finite-step-\d+\.json\. The weights before it are saved, not evaluated: diverged/,
      ),
    ]);
    expect(io.err()).not.toContain('bug');
    const [file = ''] = readdirSync(join(cwd, 'diverged')).filter((name) => name.startsWith('non-finite'));
    const { microBatches } = json(cwd, 'diverged', file) as { microBatches: { examples: number[] }[] };
    expect(microBatches[0]?.examples).toHaveLength(8);
    expect(existsSync(join(cwd, 'diverged', 'model.safetensors'))).toBe(true);
    expect(json(cwd, 'diverged', 'run.json')).not.toHaveProperty('result');
  });
});
