/** A folder of a test, gone after it; and variables as they were before it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach } from '@jest/globals';

import type { Timing } from '../../src/sources/timing.js';

/** Pauses of a test: short. */
export const QUICK: Timing = { pause: 5, longestPause: 3000, tries: 4, silence: 5000 };

/** Variables that would lead a test to the user's own caches and accounts. */
const OURS = /^(HF_|HUGGING|BERTUNE_CACHE|XDG_CACHE|KAGGLE_|TFHUB_|TRANSFORMERS_OFFLINE)/;

/** Makes a folder before each test. @returns call it for the folder's path */
export function useTemporaryFolder(): () => string {
  let folder = '';
  let saved: NodeJS.ProcessEnv;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bertune-sources-'));
    saved = { ...process.env };
    for (const name of Object.keys(process.env))
      if (OURS.test(name)) Reflect.deleteProperty(process.env, name);
    process.env.HF_HOME = join(folder, 'hf');
    process.env.BERTUNE_CACHE = join(folder, 'bertune');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    for (const name of Object.keys(process.env))
      if (!(name in saved)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, saved);
  });
  return () => folder;
}
