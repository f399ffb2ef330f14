import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from '@jest/globals';
import type * as tf from '@tensorflow/tfjs';

interface Saved {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  savePretrained(directory: string): Promise<void>;
  dispose(): void;
}

/**
 * Saves a head, loads it again and compares every parameter bit for bit; the folder goes afterwards.
 * @returns what `inspect` says of the head that was loaded and of its `config.json`
 */
export async function saveAndLoad<Head extends Saved>(
  head: Saved,
  load: (directory: string) => Promise<Head>,
  inspect: (again: Head, config: Record<string, unknown>) => void = () => undefined,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bertune-heads-'));
  try {
    await head.savePretrained(folder);
    const again = await load(folder);
    expect([...again.parameters.keys()]).toEqual([...head.parameters.keys()]);
    for (const [name, variable] of head.parameters) {
      expect(again.parameters.get(name)?.dataSync()).toEqual(variable.dataSync());
    }
    inspect(again, JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>);
    again.dispose();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
