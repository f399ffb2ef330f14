import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { folds, readReviews, toCsv } from '../src/transfer/folds.js';
import { plot } from '../src/transfer/plot.js';
import { RunStore, type TransferRun } from '../src/transfer/runs.js';
import { isApart, markdownTable, summarize } from '../src/transfer/summary.js';
import { temporaryFolder } from './temporary-folder.js';

const reviews = Array.from({ length: 103 }, (_, at) => ({
  text: `review "${at}", the\nlast`,
  label: at % 3 === 0 ? 'positive' : 'negative',
}));
const texts = (part: readonly { readonly text: string }[]): string[] => part.map(({ text }) => text).sort();

describe('folds', () => {
  const parts = folds(reviews, 5, 7);

  it('test each review once, and train on none that they test on', () => {
    expect(texts(parts.flatMap(({ test }) => test))).toEqual(texts(reviews));
    for (const { train, test } of parts) expect(texts([...train, ...test])).toEqual(texts(reviews));
  });

  it('have every label, also in the first few examples', () => {
    for (const { train, test } of parts) {
      expect(new Set(train.slice(0, 2).map(({ label }) => label)).size).toBe(2);
      const positive = test.filter(({ label }) => label === 'positive').length;
      expect(positive).toBeGreaterThanOrEqual(7); // 35 of them in 5 parts
      expect(test.length - positive).toBeGreaterThanOrEqual(13); // of 68
    }
  });

  it('depend on the seed alone', () => {
    expect(folds(reviews, 5, 7)).toEqual(parts);
    expect(folds(reviews, 5, 8)).not.toEqual(parts);
  });

  it('survive CSV', () => {
    const file = join(temporaryFolder(), 'reviews.csv');
    writeFileSync(file, toCsv(reviews));
    expect(readReviews([file, file])).toEqual([...reviews, ...reviews]);
  });
});

describe('summaries', () => {
  const high = summarize('ours', 100, [0.8, 0.81, 0.82, 0.83, 0.84]);
  const low = summarize('random <weights>', 100, [0.7, 0.71, 0.72, 0.73, 0.74]);

  it('have the interval of Student for five values', () => {
    expect(high.mean).toBeCloseTo(0.82, 12);
    // 2.776 * 0.0158114 / sqrt(5)
    expect(high.margin).toBeCloseTo(0.019629, 5);
    expect(summarize('one', 1, [0.5]).margin).toBeNaN();
  });

  it('are apart when their intervals do not touch', () => {
    expect(isApart(high, low)).toBe(true);
    expect(isApart(low, high)).toBe(false);
    expect(isApart(high, { ...low, mean: 0.79 })).toBe(false);
  });

  it('are a table, with gaps where nothing was run', () => {
    expect(markdownTable([high, low, { ...high, examples: 2381 }])).toEqual([
      '| start | 100 examples | 2,381 examples |',
      '| --- | --- | --- |',
      '| ours | 82.0 ± 2.0 | 82.0 ± 2.0 |',
      '| random <weights> | 72.0 ± 2.0 |  |',
    ]);
  });

  it('are a picture for light and dark pages', () => {
    const svg = plot([high, low, { ...high, examples: 2381, mean: 0.9 }], 'Title & more');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).toContain('Title &amp; more');
    expect(svg).toContain('random &lt;weights></text>');
    expect(svg.match(/class="bar/g)).toHaveLength(3);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    // of fewer than two seeds there is no interval
    expect(plot([summarize('one', 100, [0.5])], '')).not.toMatch(/NaN|class="bar/);
  });
});

describe('runs that are done', () => {
  const run: TransferRun = {
    start: 'ours',
    examples: 100,
    seed: 0,
    accuracy: 0.8,
    seconds: 3,
    weights: 'abc',
    options: '--epochs 3',
  };

  it('are found again, but not with other weights or options', () => {
    const file = join(temporaryFolder(), 'runs.json');
    const store = new RunStore(file);
    expect(store.find(run)).toBeUndefined();
    store.add(run);
    store.add({ ...run, seed: 1 });
    store.add({ ...run, accuracy: 0.9 });
    expect(new RunStore(file).find(run)).toEqual({ ...run, accuracy: 0.9 });
    expect(new RunStore(file).find({ ...run, weights: 'def' })).toBeUndefined();
    expect(new RunStore(file).find({ ...run, options: '' })).toBeUndefined();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(2);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it('are not taken from another file', () => {
    const file = join(temporaryFolder(), 'other.json');
    writeFileSync(file, '{}');
    expect(() => new RunStore(file)).toThrow(/--runs .*other.json: expected the runs/);
  });
});
