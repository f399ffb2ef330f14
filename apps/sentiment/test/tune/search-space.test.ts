import { describe, expect, it } from '@jest/globals';

import { commands } from '../../src/options.js';
import { defaultSpace } from '../../src/tune/default-space.js';
import { parseSearchSpace, sample, writtenSpace } from '../../src/tune/search-space.js';
import { searchableOptions } from '../../src/tune/tune-options.js';

const parse = (text: string): ReturnType<typeof parseSearchSpace> =>
  parseSearchSpace(text, searchableOptions);

describe('parseSearchSpace', () => {
  it('reads ranges, whole numbers and choices, and writes them as they were', () => {
    const text = 'learning-rate=0.00001..0.001:log batch-size=16|32 epochs=2..4 dropout=0..0.3 freeze=none|2';
    const space = parse(text);
    expect(space['learning-rate']).toEqual({ kind: 'range', low: 1e-5, high: 1e-3, scale: 'log' });
    expect(space['batch-size']).toEqual({ kind: 'choice', values: ['16', '32'] });
    expect(space.epochs).toEqual({ kind: 'integers', low: 2, high: 4 });
    expect(space.dropout).toEqual({ kind: 'range', low: 0, high: 0.3, scale: 'linear' });
    expect(writtenSpace(space)).toBe(text);
  });

  it.each([
    ['lr=1..2', /of the options .*learning-rate.*"lr=1..2" is not/],
    ['epochs', /"epochs" is not/],
    ['epochs=0..3', /for epochs a whole number of at least 1.*"0" is not/],
    ['freeze=none|all', /for freeze none, .*"all" is not/],
    ['optimizer=adamw|lion', /for optimizer one of adamw.*"lion" is not/],
    ['dropout=0.3..0.1', /a range that rises/],
    ['dropout=0..0.1:log', /above 0 with :log/],
    ['epochs=2 epochs=3', /epochs is there twice/],
    ['seed=1|2', /"seed=1\|2" is not/],
  ])('refuses %s', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

describe('sample', () => {
  const space = parse('learning-rate=1e-5..1e-3:log epochs=2..4 dropout=0..0.4 batch-size=16|32|64');
  const draws = Array.from({ length: 3000 }, (_, at) => sample(space, 7, at + 1));

  it('depends on the seed and the trial alone', () => {
    expect(sample(space, 7, 5)).toEqual(draws[4]);
    expect(sample(space, 8, 5)).not.toEqual(draws[4]);
  });

  it('draws each value as often as its kind says', () => {
    const share = (name: string, test: (value: number) => boolean): number =>
      draws.filter((draw) => test(Number(draw[name]))).length / draws.length;
    for (const value of [2, 3, 4]) expect(share('epochs', (each) => each === value)).toBeCloseTo(1 / 3, 1);
    for (const value of [16, 32, 64])
      expect(share('batch-size', (each) => each === value)).toBeCloseTo(1 / 3, 1);
    expect(share('learning-rate', (each) => each < 1e-4)).toBeCloseTo(0.5, 1); // the middle by magnitudes
    expect(share('dropout', (each) => each < 0.2)).toBeCloseTo(0.5, 1);
    expect(share('learning-rate', (each) => each >= 1e-5 && each <= 1e-3)).toBe(1);
    const correlated = draws.filter((draw) => draw.epochs === '2' && Number(draw.dropout) < 0.2).length;
    expect(correlated / draws.length).toBeCloseTo(1 / 6, 1);
  });

  it('writes values that train takes', () => {
    for (const draw of draws.slice(0, 50)) {
      for (const [name, value] of Object.entries(draw)) {
        const key = { 'learning-rate': 'learningRate', 'batch-size': 'batchSize' }[name] ?? name;
        const options: Readonly<Record<string, { parse: (text: string) => unknown }>> = searchableOptions;
        expect(options[key]?.parse(value)).toBe(Number(value));
      }
    }
  });
});

describe('defaultSpace', () => {
  const defaults = Object.fromEntries(
    Object.entries(commands.train.options).map(([key, option]) => [key, option.default]),
  ) as unknown as Parameters<typeof defaultSpace>[0];

  it('is around the defaults of train, without what is fixed', () => {
    const space = defaultSpace({ ...defaults, model: 'some/bert' }, new Set(['dropout']));
    expect(writtenSpace(space)).toBe(
      'learning-rate=0.00001..0.00025:log batch-size=16|32|64 epochs=2..4 warmup-ratio=0|0.06|0.1|0.2 freeze=none|embeddings|1',
    );
  });

  it('freezes nothing of random weights', () => {
    expect(defaultSpace({ ...defaults, model: 'none' }, new Set())).not.toHaveProperty('freeze');
  });
});
