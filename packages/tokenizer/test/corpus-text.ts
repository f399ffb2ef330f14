import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { CorpusBatch } from '../src/index.js';
import { temporaryFolder } from './temporary-folder.js';

const WORDS = 'the movie was great ! Unwanted, café 中文 don\'t 😀 running # ".'.split(' ');

/** Texts of 0 to 20 words, the same for the same numbers. */
export function someTexts(count: number, seed = 1): readonly string[] {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: next(21) }, () => WORDS[next(WORDS.length)]).join(' '),
  );
}

/** A file in a new folder. @returns its path */
export function fileOf(content: string | Uint8Array, name = 'corpus.txt'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** All rows of a corpus as lists of ids, checking that batches follow on each other. */
export async function allRows(batches: AsyncIterable<CorpusBatch>): Promise<number[][]> {
  const rows: number[][] = [];
  let texts = 0;
  for await (const batch of batches) {
    if (batch.firstText !== texts) throw new Error(`expected text ${texts}, found ${batch.firstText}`);
    texts += batch.texts;
    for (let row = 0; row < batch.rows; row += 1) rows.push([...batch.row(row)]);
  }
  return rows;
}
