import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from '@jest/globals';

interface RunJson {
  readonly history: { readonly history: Record<string, readonly number[]> };
  readonly result: unknown;
}

/** What `run.json` says but for times. */
function figuresOf(run: string): unknown {
  const { history, result } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as RunJson;
  const { tokensPerSecond, ...figures } = history.history;
  expect(tokensPerSecond).toBeDefined();
  return { history: { ...history, history: figures }, result };
}

/** Two runs have the same weights, optimiser states and figures to the last bit, and nothing unfinished. */
export function expectSameRun(run: string, other: string): void {
  const names = readdirSync(other).sort();
  expect(readdirSync(run).sort()).toEqual(names);
  const states = names.flatMap((name) =>
    name.startsWith('checkpoint-')
      ? ['model', 'optimizer', 'callbacks'].map((file) => `${name}/${file}.safetensors`)
      : [],
  );
  expect(states.length).toBeGreaterThan(0);
  for (const file of ['model.safetensors', ...states.filter((file) => existsSync(join(other, file)))]) {
    const isSame = readFileSync(join(run, file)).equals(readFileSync(join(other, file)));
    expect([file, isSame]).toEqual([file, true]);
  }
  expect(figuresOf(run)).toEqual(figuresOf(other));
}
