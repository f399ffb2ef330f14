import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { json, reviewsFolder, runIn } from '../helpers/command.js';

let cwd: string;
let start: string[];

beforeAll(async () => {
  const folder = await reviewsFolder();
  cwd = folder.cwd;
  start = [
    'train',
    '--train',
    'reviews.csv',
    '--model',
    folder.encoder,
    '--backend',
    'wasm',
    '--batch-size',
    '8',
  ];
});

/** The lines of an estimate. */
const lines =
  /^estimate: (\d+) steps, ([\d,]+) tokens and \d+ % padding, about [\d.]+ s \(validation [\d.]+ s of it\)\nestimate: about [\d.]+ (?:MB|GB) of memory at its height, [\d.]+ (?:MB|GB) can be had; parameters 0 MB, .*activations of 8 texts of \d+ tokens \d+ MB$/m;

describe('train --estimate-only', () => {
  it('says what the training would take on standard output, and leaves nothing behind', async () => {
    const before = readdirSync(cwd).sort();
    const { code, out } = await runIn(cwd, [...start, '--epochs', '3', '--estimate-only']);
    expect([code, out()]).toEqual([0, expect.stringMatching(lines)]);
    expect(readdirSync(cwd).sort()).toEqual(before);
    const steps = Number(lines.exec(out())?.[1]);
    expect(steps).toBe(3 * Math.ceil(108 / 8)); // a tenth of 120 texts is taken out
  });

  it('counts micro-batches to a step, and what --max-steps leaves', async () => {
    const of = async (...options: string[]): Promise<number> => {
      const { out } = await runIn(cwd, [...start, '--estimate-only', ...options]);
      return Number(lines.exec(out())?.[1]);
    };
    expect(await of('--epochs', '2', '--accumulate', '4')).toBe(2 * 4);
    expect(await of('--epochs', '2', '--max-steps', '5')).toBe(5);
  });
});

describe('train', () => {
  it('says the same before the first step, what it took at the end, and writes both', async () => {
    const { code, err } = await runIn(cwd, [...start, '--epochs', '2', '--output', 'run']);
    expect(code).toBe(0);
    const said = err();
    expect(said).toMatch(lines);
    expect(said).toMatch(/^took [\d.]+ s \(estimated [\d.]+ s\), [\d.]+ (MB|GB) of memory \(estimated/m);
    expect(said.indexOf('estimate: ')).toBeLessThan(said.indexOf('epoch 1/2'));
    const { estimate } = json(cwd, 'run', 'run.json') as { estimate: Record<string, number> };
    expect(estimate).toMatchObject({
      steps: 28,
      took: { seconds: expect.any(Number), memory: expect.any(Number) },
    });
    expect(estimate.paddedTokens).toBeGreaterThanOrEqual(estimate.tokens);
    expect(estimate.seconds).toBeGreaterThan(0);
    expect(existsSync(join(cwd, 'run', 'model.safetensors'))).toBe(true);
  });
});
