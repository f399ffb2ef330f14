import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';

import { main } from '../../src/main.js';
import { parseLog } from '../../src/option-values.js';
import { temporaryFolder } from '../helpers/files.js';
import { recordedIo } from '../helpers/io.js';
import { reviewsCsv, tinyEncoder } from '../helpers/tiny-model.js';

jest.setTimeout(120_000);

let cwd: string;
let encoder: string;

beforeAll(async () => {
  cwd = temporaryFolder();
  encoder = await tinyEncoder();
  writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(60));
});

async function command(argv: string[], abortAt?: RegExp): Promise<{ code: number; err: string }> {
  const controller = new AbortController();
  const io = recordedIo(cwd, '', controller.signal);
  const stderr = {
    write(text: string) {
      if (abortAt?.test(text)) setTimeout(() => controller.abort(), 40);
      return io.stderr.write(text);
    },
  };
  return { code: await main(argv, { ...io, stderr }), err: io.err() };
}

const start = (output: string, ...more: string[]): string[] => [
  ...['train', '--train', 'reviews.csv', '--backend', 'wasm', '--batch-size', '8', '--model', encoder],
  ...['--output', output, ...more],
];

interface Run {
  readonly history: { epoch: number[]; losses: number[]; ended: string; history: { val_loss: number[] } };
}

const run = (output: string): Run => JSON.parse(readFileSync(join(cwd, output, 'run.json'), 'utf8')) as Run;

/** What does not depend on the clock. */
const timeless = (csv: string): string[] =>
  csv.split('\r\n').map((line) =>
    line
      .split(',')
      .filter((_, at) => at !== 4)
      .join(),
  );

describe('--early-stopping and --log', () => {
  const options = ['--early-stopping', '1', '--learning-rate', '0.3', '--epochs', '8', '--dropout', '0.1'];
  const log = ['--log', 'csv,jsonl,tensorboard'];

  it('end early with the best weights, and leave logs in the folder of the run', async () => {
    const { code, err } = await command(start('whole', ...options, ...log));
    expect({ code, err }).toMatchObject({ code: 0 });
    const { history } = run('whole');
    const losses = history.history.val_loss;
    const best = losses.indexOf(Math.min(...losses));
    expect(history).toMatchObject({ ended: 'stopped', epoch: losses.map((_, epoch) => epoch) });
    expect(losses.length).toBeLessThan(8);
    expect(err).toContain(
      `ended after epoch ${losses.length} (--early-stopping); kept the weights of epoch ${best + 1}, ` +
        'whose valid loss is the lowest\n',
    );
    const csv = readFileSync(join(cwd, 'whole', 'log.csv'), 'utf8');
    expect(csv.split('\r\n')).toHaveLength(losses.length + 2);
    const lines = readFileSync(join(cwd, 'whole', 'log.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    const steps = lines.map((line) => JSON.parse(line) as { event: string; loss: number });
    expect(steps.filter(({ event }) => event === 'step').map(({ loss }) => loss)).toEqual(history.losses);
    expect(readdirSync(join(cwd, 'whole', 'tensorboard')).sort()).toEqual(['train', 'validation']);

    // the same, cut off after its first epoch
    const cut = await command(start('cut', ...options, ...log), /^epoch 1\/8: loss/);
    expect(cut.code).toBe(1);
    expect(run('cut').history.losses.length).toBeLessThan(history.losses.length);
    const resumed = await command(['train', '--resume', 'cut']);
    expect({ code: resumed.code, err: resumed.err }).toMatchObject({ code: 0 });
    expect(run('cut').history.losses).toEqual(history.losses);
    const weights = (output: string): Buffer => readFileSync(join(cwd, output, 'model.safetensors'));
    expect(weights('cut').equals(weights('whole'))).toBe(true);
    expect(timeless(readFileSync(join(cwd, 'cut', 'log.csv'), 'utf8'))).toEqual(timeless(csv));
  });

  it('are off unless asked for', async () => {
    const { code, err } = await command(start('plain', '--epochs', '1'));
    expect({ code, err }).toMatchObject({ code: 0, err: expect.not.stringContaining('kept the weights') });
    for (const name of ['log.csv', 'log.jsonl', 'tensorboard'])
      expect(existsSync(join(cwd, 'plain', name))).toBe(false);
  });

  it('refuse logs that there are not', () => {
    expect(parseLog('none')).toBe('none');
    expect(parseLog('tensorboard,csv')).toEqual(['tensorboard', 'csv']);
    for (const text of ['wandb', 'csv,csv', 'csv,none', ''])
      expect(() => parseLog(text)).toThrow(/each once/);
  });
});
