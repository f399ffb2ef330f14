import { join, resolve } from 'node:path';

import { builtInCitation, builtInReviews, type Review } from '../data/built-in.js';
import type { Io } from '../io.js';
import type { CommandValues } from '../options.js';
import { checkOutput, fillDirectory, writeFileAtomic } from '../write-file.js';

const parts = ['train', 'valid', 'test'] as const;
const sourceFile = 'SOURCE.txt';

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function toCsv(reviews: readonly Review[]): string {
  const rows = reviews.map(({ text, label, source }) => [text, label, source].map(cell).join(','));
  return ['text,label,source', ...rows, ''].join('\n');
}

/** `sentiment data`: writes the built-in reviews as CSV files; their paths go to standard output. */
export async function data(values: CommandValues<'data'>, io: Io): Promise<number> {
  const directory = resolve(io.cwd, values.output ?? '.');
  const names = [...parts.map((part) => `${part}.csv`), sourceFile];
  await checkOutput(directory, { overwrite: values.overwrite, names });
  const reviews = builtInReviews();
  await fillDirectory(directory, async (staging) => {
    for (const part of parts) await writeFileAtomic(join(staging, `${part}.csv`), toCsv(reviews[part]));
    await writeFileAtomic(
      join(staging, sourceFile),
      `${builtInCitation}.\nCleaned, de-duplicated and split by bertune.\n`,
    );
  });
  io.stderr.write(`${builtInCitation}\n`);
  io.stderr.write(
    `left out: ${reviews.junk} junk entries, ${reviews.duplicates} duplicates, ${reviews.conflicts} with both labels\n`,
  );
  for (const part of parts) {
    io.stderr.write(`${part}: ${reviews[part].length} sentences\n`);
    io.stdout.write(`${join(directory, `${part}.csv`)}\n`);
  }
  return 0;
}
