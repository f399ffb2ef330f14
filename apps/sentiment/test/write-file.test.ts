import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { checkOutput, checkSpace, fillDirectory, writeFileAtomic } from '../src/write-file.js';
import { fileWith, temporaryFolder } from './helpers/files.js';

describe('writing', () => {
  it('replaces a file and leaves nothing else', async () => {
    const file = fileWith('a.txt', 'old');
    await writeFileAtomic(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(join(file, '..'))).toEqual(['a.txt']);
  });

  it('writes the same file several times at once, each time whole', async () => {
    const file = fileWith('a.txt', 'old');
    const texts = Array.from({ length: 20 }, (_, at) => `${at} `.repeat(20_000));
    await Promise.all(texts.map((text) => writeFileAtomic(file, text)));
    expect(texts).toContain(readFileSync(file, 'utf8'));
    expect(readdirSync(join(file, '..'))).toEqual(['a.txt']);
  });

  it('keeps the old file and no temporary one when writing fails', async () => {
    const folder = temporaryFolder();
    // A folder of that name cannot be replaced by a file.
    mkdirSync(join(folder, 'a.txt', 'inner'), { recursive: true });
    await expect(writeFileAtomic(join(folder, 'a.txt'), 'new')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['a.txt']);
  });

  it('fills a folder only when all files are complete', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), 'old');
    const failing = fillDirectory(folder, async (staging) => {
      await writeFileAtomic(join(staging, 'a'), 'new');
      throw new Error('disk full');
    });
    await expect(failing).rejects.toThrow('disk full');
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old');
    await fillDirectory(folder, async (staging) => writeFileAtomic(join(staging, 'a'), 'new'));
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('new');
  });

  it('refuses what is in the way', async () => {
    const folder = temporaryFolder();
    await checkOutput(join(folder, 'new', 'deep'), { overwrite: false });
    await checkOutput(folder, { overwrite: false, names: ['train.csv'] });
    await expect(checkOutput(folder, { overwrite: false })).rejects.toMatchObject({
      code: 'output-exists',
      exitCode: 2,
    });
    await checkOutput(folder, { overwrite: true });
    await expect(checkOutput(fileWith('a', ''), { overwrite: true })).rejects.toMatchObject({
      code: 'output-exists',
    });
  });

  it('refuses a disk without room', async () => {
    const folder = temporaryFolder();
    await checkSpace(folder, 1);
    await expect(checkSpace(folder, 1e18)).rejects.toMatchObject({ code: 'disk', exitCode: 1 });
  });
});
