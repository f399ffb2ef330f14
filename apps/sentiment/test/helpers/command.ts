import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startBackend } from '../../src/backend.js';
import { main } from '../../src/main.js';
import { temporaryFolder } from './files.js';
import { recordedIo, type RecordedIo } from './io.js';
import { reviewsCsv, tinyEncoder } from './tiny-model.js';

// What is installed on this machine must not decide over what the tests see. No Python either: it could have TensorFlow.
delete process.env.BERTUNE_TENSORFLOW;
process.env.BERTUNE_CACHE = join(temporaryFolder(), 'no-cache');
process.env.BERTUNE_DOWNLOAD = '0';
process.env.PATH = '';

/** A folder with `reviews.csv` and `test.csv`, a tiny encoder elsewhere, and wasm started. */
export async function reviewsFolder(): Promise<{ cwd: string; encoder: string }> {
  const cwd = temporaryFolder();
  await startBackend('wasm');
  const encoder = await tinyEncoder();
  writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(60));
  writeFileSync(join(cwd, 'test.csv'), reviewsCsv(10));
  return { cwd, encoder };
}

/** Runs one command line in a folder. */
export async function runIn(cwd: string, argv: string[]): Promise<RecordedIo & { readonly code: number }> {
  const io = recordedIo(cwd);
  const code = await main(argv, io);
  return { ...io, code };
}

/** A JSON file's object. */
export function json(...path: string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>;
}
