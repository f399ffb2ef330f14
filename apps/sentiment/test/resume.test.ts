import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, jest } from '@jest/globals';

import { main } from '../src/main.js';
import { temporaryFolder } from './helpers/files.js';
import { recordedIo } from './helpers/io.js';
import { reviewsCsv, tinyEncoder } from './helpers/tiny-model.js';

jest.setTimeout(120_000);

let cwd: string;
let encoder: string;
const options = ['--train', 'reviews.csv', '--backend', 'wasm', '--batch-size', '8', '--epochs', '3'];

beforeAll(async () => {
  cwd = temporaryFolder();
  encoder = await tinyEncoder();
  writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(60));
});

const bytes = (...path: string[]): Buffer => readFileSync(join(cwd, ...path));
const run = (output: string): { history: Record<string, unknown>; result?: unknown } =>
  JSON.parse(bytes(output, 'run.json').toString()) as { history: Record<string, unknown>; result?: unknown };

async function command(
  argv: string[],
  abortAt?: RegExp,
): Promise<{ code: number; out: string; err: string }> {
  const controller = new AbortController();
  const io = recordedIo(cwd, '', controller.signal);
  const stderr = {
    write(text: string) {
      if (abortAt?.test(text)) setTimeout(() => controller.abort(), 40);
      return io.stderr.write(text);
    },
  };
  const code = await main(argv, { ...io, stderr });
  return { code, out: io.out(), err: io.err() };
}

const start = (output: string): string[] => [
  'train',
  ...options,
  '--model',
  encoder,
  '--dropout',
  '0.1',
  '--output',
  output,
];

describe('a run that was cut off', () => {
  it('ends, resumed, as the one that was not: the same weights, losses and report', async () => {
    expect((await command(start('whole'))).code).toBe(0);
    const cut = await command(start('cut'), /^epoch 1\/3: loss/);
    expect(cut.code).toBe(1);
    expect(cut.err).toContain('resume: pnpm sentiment train --resume cut');
    const resumed = await command(['train', '--resume', 'cut']);
    expect([resumed.code, resumed.err]).toEqual([0, expect.stringMatching(/resuming .*cut after step \d+/)]);

    expect(bytes('cut', 'model.safetensors').equals(bytes('whole', 'model.safetensors'))).toBe(true);
    const [whole, again] = [run('whole'), run('cut')];
    for (const name of ['losses', 'learningRates', 'gradientNorms', 'steps', 'epoch', 'ended']) {
      expect(again.history[name]).toEqual(whole.history[name]);
    }
    expect(again.result).toEqual(whole.result);
  });

  it('keeps the two latest checkpoints, each of which leads to the same end', async () => {
    expect((await command([...start('steps'), '--save-steps', '7'])).code).toBe(0);
    const names = readdirSync(join(cwd, 'steps')).filter((name) => name.startsWith('checkpoint-'));
    expect(names.sort()).toEqual(['checkpoint-35', 'checkpoint-42'].sort());
    expect(readdirSync(join(cwd, 'steps')).filter((name) => name.startsWith('.'))).toEqual([]);
    const whole = bytes('steps', 'model.safetensors');
    mkdirSync(join(cwd, 'steps', '.partial-killed'));
    expect((await command(['train', '--resume', 'steps/checkpoint-35'])).code).toBe(0);
    expect(bytes('steps', 'model.safetensors').equals(whole)).toBe(true);
    expect(readdirSync(join(cwd, 'steps')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('is not resumed with other options, other data, or without a checkpoint', async () => {
    const resume = ['train', '--resume', 'steps'];
    expect(await command([...resume, '--epochs', '9'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--epochs: expected no other option beside --resume/),
    });
    writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(61));
    expect(await command(resume)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/a data file has changed/),
    });
    writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(60));
    expect(await command(['train', '--resume', encoder])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/expected a directory with a checkpoint/),
    });
    writeFileSync(join(cwd, 'steps', 'checkpoint-42', 'checkpoint.json'), '{');
    expect(await command(resume)).toMatchObject({ code: 1, err: expect.stringMatching(/older checkpoint/) });
  });
});
