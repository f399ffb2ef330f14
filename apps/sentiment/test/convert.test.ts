import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { goldenPath } from '@bertune/testkit';
import { Bert } from '@bertune/bert';
import { BertTokenizer } from '@bertune/tokenizer';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { json, runIn } from './helpers/command.js';
import { temporaryFolder } from './helpers/files.js';

let cwd = '';
const run = (...argv: string[]): ReturnType<typeof runIn> => runIn(cwd, ['convert', ...argv]);
const hf = goldenPath('model/tiny-gelu/hf');
const tf1 = goldenPath('model/tiny-gelu/tf1-pretrained');

beforeAll(() => {
  cwd = temporaryFolder();
});

describe('convert', () => {
  it('writes Google’s files, and says what was converted and what was not', async () => {
    const { code, out } = await run(hf, 'google', '--format', 'google');
    expect(code).toBe(0);
    expect(readdirSync(join(cwd, 'google')).sort()).toEqual([
      'bert_config.json',
      'bert_model.ckpt.data-00000-of-00001',
      'bert_model.ckpt.index',
      'vocab.txt',
    ]);
    expect(out()).toContain('BertForPreTraining: ');
    expect(out()).toContain('heads included: cls.predictions');
    expect(out()).toContain('tokenizer: vocab.txt');
    expect(out()).toContain(`saved: ${join(cwd, 'google')}`);
  });

  it('writes Hugging Face’s files from Google’s, in shards and half precision', async () => {
    const { code } = await run(tf1, 'half', '--dtype', 'float16', '--max-shard-size', '20KB');
    expect(code).toBe(0);
    expect(readdirSync(join(cwd, 'half'))).toContain('model.safetensors.index.json');
    expect(json(cwd, 'half', 'config.json')).toMatchObject({ dtype: 'float16', hidden_act: 'gelu_new' });
    const bert = await Bert.fromPretrained(join(cwd, 'half'));
    bert.dispose();
  });

  it('writes a preset of KerasHub with its tokenizer', async () => {
    const keras = goldenPath('model/tiny-gelu/keras-hub');
    await run(keras, 'from-keras');
    writeFileSync(join(cwd, 'from-keras', 'vocab.txt'), readFileSync(join(hf, 'vocab.txt')));
    const { code, out } = await run('from-keras', 'preset', '--format', 'keras-hub');
    expect(code).toBe(0);
    expect(out()).toContain('tokenizer: assets/tokenizer/vocabulary.txt, tokenizer.json');
    expect(existsSync(join(cwd, 'preset', 'assets', 'tokenizer', 'vocabulary.txt'))).toBe(true);
    expect(json(cwd, 'preset', 'tokenizer.json')).toMatchObject({ class_name: 'BertTokenizer' });
    // and it comes back, tokenizer included
    expect((await run('preset', 'back')).code).toBe(0);
    const [before, after] = await Promise.all(
      [hf, join(cwd, 'back')].map((folder) => BertTokenizer.fromPretrained(folder)),
    );
    expect(after.vocabulary).toEqual(before.vocabulary);
  });

  it.each<[string, string[], RegExp]>([
    ['one argument', [hf], /expected SOURCE and DEST, found 1 arguments/],
    ['no argument', [], /expected SOURCE and DEST, found none/],
    ['a source that is not there', ['./nowhere', 'x'], /nowhere/],
    ['a size without a number', [hf, 'x', '--max-shard-size', 'big'], /a size such as 500MB or 5GB/],
    ['half precision of a checkpoint', [hf, 'x', '--format', 'google', '--dtype', 'float16'], /float32/],
    ['what KerasHub does not compute', [hf, 'x', '--format', 'keras-hub'], /tanh approximation/],
  ])('refuses %s and leaves nothing', async (_name, argv, message) => {
    const { code, err } = await run(...argv);
    expect(err()).toMatch(message);
    expect(code).toBeGreaterThan(0);
    expect(existsSync(join(cwd, 'x'))).toBe(false);
  });

  it('takes half precision or shards of a checkpoint for wrong usage, before it reads anything', async () => {
    for (const option of ['--dtype=float16', '--max-shard-size=5MB']) {
      const { code, err } = await run('./nowhere', 'x', '--format', 'tf-h5', option);
      expect(code).toBe(2);
      expect(err()).toContain('--format tf-h5: expected float32');
      expect(err()).not.toContain('bug');
    }
  });

  it('does not leave another model beside the new one, which might be loaded instead', async () => {
    const mixed = temporaryFolder();
    expect((await run(hf, mixed)).code).toBe(0);
    const before = readdirSync(mixed).sort();
    for (const more of [
      ['--format', 'google'],
      ['--max-shard-size', '20KB'],
    ]) {
      const { code, err } = await run(tf1, mixed, '--overwrite', ...more);
      expect(code).toBe(2);
      expect(err()).toMatch(/DEST: expected no other model.*found (config\.json, )?model\.safetensors/);
      expect(readdirSync(mixed).sort()).toEqual(before);
    }
    // The same names are replaced, also where the source itself lies.
    expect((await run(mixed, mixed, '--overwrite')).code).toBe(0);
    expect(readdirSync(mixed).sort()).toEqual(before);
  });

  it('does not write into a folder that has files', async () => {
    const full = temporaryFolder();
    writeFileSync(join(full, 'mine.txt'), 'mine');
    const { code, err } = await run(hf, full);
    expect(code).toBe(2);
    expect(err()).toContain('DEST: expected an empty or new directory, found mine.txt');
    expect(readdirSync(full)).toEqual(['mine.txt']);
  });
});
