import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty folder. The system's temporary folder is cleaned by others. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sentiment-test-'));
}

/** Writes a file into a new folder and returns its path. */
export function fileWith(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}
