import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';

const app = fileURLToPath(new URL('..', import.meta.url));

/** Each example on a few reviews, with the figures it ends with. */
const EXAMPLES: [string, RegExp][] = [
  [
    'masked-lm',
    /before: loss [\d.]+, .*\nepoch 1: .*\ntrained .*\nafter: loss [\d.]+, .*\nThe food was \[MASK\]\. .*%/,
  ],
  ['next-sentence', /accuracy [\d.]+ % \(by chance 50\.0 %\)/],
  ['token-classification', /none .* F1 [\d.]+ % of \d+\n[^]*all marks +F1 [\d.]+ %/],
  [
    'regression',
    /Pearson -?[\d.]+, Spearman -?[\d.]+, mean absolute error [\d.]+ \([\d.]+ by always saying the mean\)/,
  ],
  ['question-answering', /all: exact match [\d.]+ %, F1 [\d.]+ % of \d+\nwith an answer: .*\nwithout: .*/],
  ['multiple-choice', /accuracy [\d.]+ % \(by chance 25\.0 %\)/],
  ['sentence-embeddings', /before: the nearest review .*\n[^]*after: the nearest review .*/],
];

describe('examples', () => {
  it.each(EXAMPLES)('%s', (name, figures) => {
    const options = ['--limit', '100', '--epochs', '1', '--batch-size', '16', '--backend', 'wasm'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [`examples/${name}.mjs`, ...options], {
      cwd: app,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^engine: WebAssembly\nencoder: 2 layers of 128, random weights/);
    expect(stdout).toMatch(figures);
  });
});
