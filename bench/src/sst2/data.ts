import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { BenchError } from '../errors.js';

// SST-2 is other people's and lies outside the repository.
const SHARED = fileURLToPath(new URL('../../../../shared', import.meta.url));

/** SST-2 as both sides read it: CSV with `text` and `label`. */
export interface Sst2 {
  /** 67,349 phrases */
  readonly train: string;
  /** 872 sentences */
  readonly valid: string;
  /** temporary folder with both, and room for more */
  readonly folder: string;
}

/**
 * Writes SST-2 as CSV into a folder that lives as long as the work.
 * @throws BenchError `usage` where the data is not at hand or not what it should be
 */
export async function withSst2<Result>(
  { BERTUNE_SHARED: shared = SHARED }: NodeJS.ProcessEnv,
  work: (data: Sst2) => Promise<Result>,
): Promise<Result> {
  const source = join(shared, 'data', 'sst2');
  const folder = mkdtempSync(join(tmpdir(), 'bertune-bench-'));
  try {
    const [train, valid] = ['train', 'dev'].map((name) => {
      const file = join(folder, `${name}.csv`);
      writeFileSync(file, toCsv(join(source, `${name}.tsv`)));
      return file;
    });
    return await work({ train, valid, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows of `label TAB text` under a header, whose texts have neither tabs nor quotes that mean anything, as CSV. */
function toCsv(file: string): string {
  if (!existsSync(file)) {
    throw new BenchError(
      'usage',
      `SST-2 is not at hand: ${file} is missing. BERTUNE_SHARED names the folder that has data/sst2.`,
    );
  }
  const rows = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
  const lines = rows.map((row, at) => {
    const [label, text, ...more] = row.split('\t');
    if (text === undefined || more.length > 0 || !['0', '1'].includes(label)) {
      throw new BenchError(
        'usage',
        `${file}, line ${at + 2}: expected 0 or 1, a tab and a text, found ${JSON.stringify(row.slice(0, 60))}.`,
      );
    }
    return `"${text.replaceAll('"', '""')}",${label}`;
  });
  return ['text,label', ...lines, ''].join('\n');
}
