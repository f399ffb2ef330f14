import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, jest } from '@jest/globals';

import { json, reviewsFolder, runIn } from './helpers/command.js';

// Seconds on a free machine; others share this one.
jest.setTimeout(120_000);

let cwd = '';
let encoder = '';

beforeAll(async () => {
  ({ cwd, encoder } = await reviewsFolder());
});

const run = (...argv: string[]): ReturnType<typeof runIn> => runIn(cwd, argv);

describe('what is wrong is said before training, and nothing is written', () => {
  const ok = ['--train', 'reviews.csv', '--model'];

  it.each<[string, () => string[], number, RegExp]>([
    [
      'missing file',
      () => ['--train', 'none.csv'],
      2,
      /--train none\.csv: expected a file, found nothing at/,
    ],
    [
      'missing column',
      () => ['--train', 'reviews.csv', '--label', 'stars'],
      2,
      /found 'text', 'label'.*--label COLUMN/,
    ],
    [
      'unknown label',
      () => ['--train', 'reviews.csv', '--valid', 'odd.csv'],
      1,
      /--valid odd\.csv, row 1 .*found 'odd'/,
    ],
    ['one class', () => ['--train', 'one.csv'], 1, /only 'a' in all 2 rows/],
    ['NaN label', () => ['--train', 'nan.csv'], 1, /row 2 \(line 3\): expected a class name, found "NaN"/],
    ['broken quotes', () => ['--train', 'quotes.csv'], 1, /line 2: expected quotes as in RFC 4180/],
    ['not UTF-8', () => ['--train', 'latin.csv'], 1, /0xE9 at offset 14/],
    ['missing model', () => [...ok, './none'], 2, /no such folder or file/],
    ['vocabulary of another model', () => [...ok, 'wrong-vocab'], 1, /expected 500 tokens.*found 15/],
    ['too long', () => [...ok, encoder, '--max-length', '33'], 1, /at most 32, the positions of the model/],
    ['truncated weights', () => [...ok, 'truncated'], 1, /model\.safetensors/],
    ['header larger than the file', () => [...ok, 'header'], 1, /model\.safetensors/],
    ['shape mismatch', () => [...ok, 'shape'], 1, /intermediate\.dense\.weight/],
    ['too many frozen layers', () => [...ok, encoder, '--freeze', '3'], 2, /at most 2, the layers/],
    ['weight of no class', () => [...ok, encoder, '--class-weights', 'poz=2'], 2, /Did you mean pos\?/],
    ['test without train', () => ['--test', 'test.csv'], 2, /--train FILE beside it/],
    ['too few', () => ['--train', 'few.csv'], 1, /enough examples/],
    ['no training left', () => [...ok, encoder, '--batch-tokens', '9'], 1, /batchTokens/],
    ['output in use', () => [...ok, encoder, '--output', '.'], 2, /an empty or new directory/],
  ])('%s', async (_name, argv, code, message) => {
    const before = readdirSync(cwd).sort();
    const io = await run('train', '--output', 'bad', ...argv());
    expect([io.code, io.err()]).toEqual([code, expect.stringMatching(message)]);
    expect(io.err()).not.toContain('looks like a bug');
    expect(io.out()).toBe('');
    expect(readdirSync(cwd).sort()).toEqual(before);
  });

  it('evaluate and predict refuse an encoder without a head, and no texts', async () => {
    expect((await run('evaluate', '--model', encoder)).err()).toContain('an encoder without a head');
    expect((await run('predict', '--model', encoder)).code).toBe(1);
    expect((await run('predict', '--model', encoder, '--text-file', 'texts.txt', 'x')).code).toBe(2);
  });

  beforeAll(() => {
    writeFileSync(join(cwd, 'odd.csv'), 'text,label\nx,odd\n');
    writeFileSync(join(cwd, 'one.csv'), 'text,label\nx,a\ny,a\n');
    writeFileSync(join(cwd, 'few.csv'), 'text,label\nx,a\ny,b\n');
    writeFileSync(join(cwd, 'nan.csv'), 'text,label\nx,a\ny,NaN\n');
    writeFileSync(join(cwd, 'quotes.csv'), 'text,label\n"x,a\ny,b\n');
    writeFileSync(join(cwd, 'latin.csv'), Buffer.from('text,label\ncaf\u00e9,1\n', 'latin1'));
    const weights = readFileSync(join(encoder, 'model.safetensors'));
    copyModel('wrong-vocab', { vocab_size: 500 }, weights);
    copyModel('shape', { intermediate_size: 48 }, weights);
    copyModel('truncated', {}, weights.subarray(0, weights.length - 100));
    const huge = Buffer.from(weights);
    huge.writeBigUInt64LE(2n ** 40n, 0);
    copyModel('header', {}, huge);
  });

  function copyModel(name: string, config: Record<string, unknown>, weights: Buffer): void {
    const directory = join(cwd, name);
    mkdirSync(directory);
    for (const file of ['vocab.txt', 'tokenizer_config.json']) {
      writeFileSync(join(directory, file), readFileSync(join(encoder, file)));
    }
    writeFileSync(
      join(directory, 'config.json'),
      JSON.stringify({ ...json(encoder, 'config.json'), ...config }),
    );
    writeFileSync(join(directory, 'model.safetensors'), weights);
  }
});
