import { describe, expect, it } from '@jest/globals';

import { builtInReviews, cleanReviews } from '../../src/data/built-in.js';
import { sentenceKey, split } from '../../src/data/split.js';

describe('cleanReviews', () => {
  it('leaves out junk, later copies and sentences with both labels', () => {
    const cleaned = cleanReviews({
      imdb: [
        { text: 'Good\u0096 film.  ', class: 1 },
        { text: '', class: null },
        { text: 'Both ways.', class: 0 },
      ],
      yelp: [
        { text: 'good  FILM.', class: 1 },
        { text: 'both ways.', class: 1 },
      ],
      amazon: [{ text: 'Fine', class: 1 }, { text: 'x', class: 7 }, { class: 1 }],
    });
    expect(cleaned).toEqual({
      reviews: [
        { text: 'Good film.', label: 'positive', source: 'imdb' },
        { text: 'Fine', label: 'positive', source: 'amazon' },
      ],
      junk: 3,
      duplicates: 1,
      conflicts: 1,
    });
  });
});

describe('builtInReviews', () => {
  const reviews = builtInReviews();
  const parts = [reviews.train, reviews.valid, reviews.test];

  it('has the counts that the raw files give', () => {
    const total = parts.reduce((sum, part) => sum + part.length, 0);
    expect(total + reviews.junk + reviews.duplicates + 2 * reviews.conflicts).toBe(3003);
    expect({ total, junk: reviews.junk, conflicts: reviews.conflicts }).toEqual({
      total: 2979,
      junk: 3,
      conflicts: 0,
    });
  });

  it('never has one sentence in two places', () => {
    const keys = parts.flat().map(({ text }) => sentenceKey(text));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('splits every source and label 80/10/10', () => {
    for (const source of ['imdb', 'yelp', 'amazon']) {
      for (const label of ['negative', 'positive']) {
        const [train = 0, valid = 0, test = 0] = parts.map(
          (part) => part.filter((review) => review.source === source && review.label === label).length,
        );
        const total = train + valid + test;
        expect(Math.abs(valid - total / 10)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(test - total / 10)).toBeLessThanOrEqual(0.5);
      }
    }
  });

  it('splits the same way every time', () => {
    expect(builtInReviews()).toEqual(reviews);
  });
});

describe('split', () => {
  const items = Array.from({ length: 200 }, (_, index) => ({
    key: `k${index % 90}`,
    stratum: `s${index % 2}`,
  }));
  const options = {
    shares: [0.1],
    stratum: (item: (typeof items)[number]) => item.stratum,
    key: (item: (typeof items)[number]) => item.key,
  };

  it('keeps equal keys together and loses nothing', () => {
    const [train = [], valid = []] = split(items, { ...options, seed: 1 });
    expect(train.length + valid.length).toBe(items.length);
    const keys = new Set(train.map(({ key }) => key));
    expect(valid.some(({ key }) => keys.has(key))).toBe(false);
    expect(valid.length).toBeGreaterThan(10);
  });

  it('follows the seed', () => {
    expect(split(items, { ...options, seed: 1 })).toEqual(split(items, { ...options, seed: 1 }));
    expect(split(items, { ...options, seed: 1 })).not.toEqual(split(items, { ...options, seed: 2 }));
  });
});
