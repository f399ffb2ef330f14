import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { builtInReviews } from '../src/data/built-in.js';
import { readExamples } from '../src/data/read-examples.js';
import { main } from '../src/main.js';
import { temporaryFolder } from './helpers/files.js';
import { recordedIo } from './helpers/io.js';

describe('sentiment data', () => {
  it('writes files that read back as the built-in reviews', async () => {
    const cwd = temporaryFolder();
    const io = recordedIo(cwd);
    expect(await main(['data', '--output', 'reviews'], io)).toBe(0);
    const paths = io.out().trim().split('\n');
    expect(paths).toEqual(['train', 'valid', 'test'].map((part) => join(cwd, 'reviews', `${part}.csv`)));
    expect(io.err()).toContain('CC BY 4.0');
    expect(readdirSync(join(cwd, 'reviews')).sort()).toEqual([
      'SOURCE.txt',
      'test.csv',
      'train.csv',
      'valid.csv',
    ]);
    const read = await readExamples(paths[2] ?? '', '--test', { text: 'text', label: 'label' });
    expect(read.map(({ text, label }) => ({ text, label }))).toEqual(
      builtInReviews().test.map(({ text, label }) => ({ text, label })),
    );
  });

  it('replaces nothing without --overwrite', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'valid.csv'), 'mine');
    const io = recordedIo(cwd);
    expect(await main(['data', '--output', '.'], io)).toBe(2);
    expect(io.err()).toContain('found valid.csv in');
    expect(readdirSync(cwd)).toEqual(['valid.csv']);
    expect(readFileSync(join(cwd, 'valid.csv'), 'utf8')).toBe('mine');
    expect(await main(['data', '--output', '.', '--overwrite'], io)).toBe(0);
  });
});
