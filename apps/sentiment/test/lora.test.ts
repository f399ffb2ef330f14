import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { addLora, Bert, loadLora, openSafetensors, readLoraConfig } from '@bertune/bert';
import { SequenceClassifier } from '@bertune/heads';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';

import { main } from '../src/main.js';
import { temporaryFolder } from './helpers/files.js';
import { recordedIo } from './helpers/io.js';
import { expectSameRun } from './helpers/same-run.js';
import { reviewsCsv, tinyEncoder } from './helpers/tiny-model.js';

jest.setTimeout(120_000);

let cwd: string;
let encoder: string;

beforeAll(async () => {
  cwd = temporaryFolder();
  encoder = await tinyEncoder();
  writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(60));
});

async function command(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = recordedIo(cwd, '');
  const code = await main(argv, io);
  return { code, out: io.out(), err: io.err() };
}

const start = (output: string, ...options: string[]): string[] => {
  const data = ['--train', 'reviews.csv', '--backend', 'wasm', '--batch-size', '8', '--epochs', '2'];
  return ['train', ...data, '--model', encoder, '--output', output, ...options];
};

async function tensorsOf(file: string): Promise<Map<string, number[]>> {
  const opened = await openSafetensors(join(cwd, file));
  const values = new Map<string, number[]>();
  for (const name of opened.entries.keys()) values.set(name, [...(await opened.read(name))]);
  await opened.close();
  return values;
}

describe('train --lora-rank', () => {
  it('saves the merged model and the adapter, and goes on from a checkpoint to the last bit', async () => {
    const how = [
      '--lora-rank',
      '2',
      '--lora-dropout',
      '0.1',
      '--lora-targets',
      'query,output.dense',
      '--lora-bias',
      'all',
    ];
    const whole = await command(...start('whole', ...how, '--save-steps', '9'));
    expect([whole.code, whole.err]).toEqual([
      0,
      expect.stringMatching(/LoRA: rank 2 on 6 maps; \d+ of \d+ values/),
    ]);
    expect(whole.err).toContain('--learning-rate 0.0005 ');

    // A copy that stopped at the first of the two checkpoints.
    expect((await command(...start('cut', ...how, '--save-steps', '9'))).code).toBe(0);
    const [first] = readdirSync(join(cwd, 'cut')).filter((name) => name.startsWith('checkpoint-'));
    expect((await command('train', '--resume', join('cut', first))).code).toBe(0);
    expectSameRun(join(cwd, 'cut'), join(cwd, 'whole'));

    // The adapter on the encoder it began with is the merged model.
    const adapter = join(cwd, 'whole', 'adapter');
    const bert = addLora(await Bert.fromPretrained(encoder), await readLoraConfig(adapter));
    const model = SequenceClassifier.fromEncoder(bert, { labels: ['neg', 'pos'] });
    await loadLora(adapter, model);
    await model.savePretrained(join(cwd, 'again'));
    model.dispose();
    expect(await tensorsOf('again/model.safetensors')).toEqual(await tensorsOf('whole/model.safetensors'));
    const measured = await command(
      'evaluate',
      '--model',
      'whole',
      '--test',
      'reviews.csv',
      '--backend',
      'wasm',
    );
    expect([measured.code, measured.out]).toEqual([0, expect.stringContaining('accuracy')]);
  });

  it('trains no weight of the encoder, and keeps optimiser state for what it trains alone', async () => {
    expect((await command(...start('few', '--lora-rank', '1', '--save-steps', '9'))).code).toBe(0);
    const base = await Bert.fromPretrained(encoder);
    const [checkpoint] = readdirSync(join(cwd, 'few')).filter((name) => name.startsWith('checkpoint-'));
    const stored = await Bert.fromPretrained(join(cwd, 'few', checkpoint), {
      allowUnexpected: ['classifier'],
    });
    for (const [name, variable] of base.parameters)
      expect([name, ...(stored.parameters.get(name)?.dataSync() ?? [])]).toEqual([
        name,
        ...variable.dataSync(),
      ]);
    const slots = await tensorsOf(join('few', checkpoint, 'optimizer.safetensors'));
    expect([...slots.keys()].every((name) => /lora_[AB]|^classifier/.test(name))).toBe(true);
    for (const bert of [base, stored]) bert.dispose();
  });

  it.each([
    [['--lora-alpha', '4'], /--lora-alpha: expected --lora-rank/],
    [['--lora-rank', '2', '--freeze', 'embeddings'], /--freeze: expected no --lora-rank/],
    [
      ['--lora-rank', '2', '--lora-targets', 'query,q_proj'],
      /found q_proj, which match nothing\. Each layer has attention\.self\.query/,
    ],
  ])('%j is refused before training', async (options, message) => {
    const { code, err } = await command(...start('refused', ...options));
    expect([code > 0, err]).toEqual([true, expect.stringMatching(message)]);
    expect(readdirSync(cwd)).not.toContain('refused');
  });

  it('needs a model to adapt', async () => {
    const { code, err } = await command('train', '--model', 'none', '--lora-rank', '2');
    expect([code, err]).toEqual([2, expect.stringContaining('Name one with --model')]);
  });
});
