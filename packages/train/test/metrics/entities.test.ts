import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

import { entitiesOf, entityScores } from '../../src/index.js';
import { expectSameList } from './golden.js';

interface Case {
  readonly name: string;
  readonly truth: string[][];
  readonly predictions: string[][];
  /** precision, recall, F1 by `mode_average_zeroDivision` */
  readonly expected: Record<string, number[]>;
  /** precision, recall, F1, support by type */
  readonly types: Record<string, number[]>;
}

// tools/reference/metrics.py: seqeval 1.2.2
const file = new URL('../golden/metrics.json', import.meta.url);
const { entities } = JSON.parse(readFileSync(file, 'utf8')) as { entities: Case[] };

describe('entities', () => {
  it.each(entities)('score as seqeval $name', ({ truth, predictions, expected, types }) => {
    for (const [key, figures] of Object.entries(expected)) {
      const [mode, average, zero] = key.split('_') as ['default' | 'strict', 'micro' | 'macro', '0' | '1'];
      const zeroDivision = zero === '1' ? 1 : 0;
      const { precision, recall, f } = entityScores(truth, predictions, { mode, average, zeroDivision });
      expectSameList([precision, recall, f], figures, key);
    }
    const scores = entityScores(truth, predictions);
    expect([...scores.types.keys()]).toEqual(Object.keys(types).sort());
    for (const [type, figures] of Object.entries(types)) {
      const { precision, recall, f, support } = scores.types.get(type)!;
      expectSameList([precision, recall, f, support], figures, type);
    }
    expect(scores.support).toBe(Object.values(types).reduce((sum, figures) => sum + figures[3], 0));
  });

  it('are read as the CoNLL script does, or by the word of IOB2', () => {
    const tags = ['I-PER', 'O', 'B-LOC', 'I-LOC', 'I-ORG', 'B-ORG'];
    expect(entitiesOf(tags)).toEqual([
      { type: 'PER', start: 0, end: 1 },
      { type: 'LOC', start: 2, end: 4 },
      { type: 'ORG', start: 4, end: 5 },
      { type: 'ORG', start: 5, end: 6 },
    ]);
    expect(entitiesOf(tags, 'strict')).toEqual([
      { type: 'LOC', start: 2, end: 4 },
      { type: 'ORG', start: 5, end: 6 },
    ]);
    expect(entitiesOf(['S-LOC', 'B-PER', 'E-PER', 'E-PER'])).toEqual([
      { type: 'LOC', start: 0, end: 1 },
      { type: 'PER', start: 1, end: 3 },
      { type: 'PER', start: 3, end: 4 },
    ]);
  });

  it('without any are a division by zero', () => {
    const none = [['O', 'O']];
    expect(entityScores(none, none)).toMatchObject({ precision: 0, recall: 0, f: 0, support: 0 });
    expect(entityScores(none, none, { zeroDivision: 1 })).toMatchObject({ precision: 1, recall: 1, f: 1 });
  });

  it('refuse what is no tag, and sentences of other lengths', () => {
    expect(() => entitiesOf(['O', 'PER'])).toThrow(/Tag 1: expected O, B-TYPE, I-TYPE, .* found "PER"/);
    expect(() => entitiesOf(['S-PER'], 'strict')).toThrow(expect.objectContaining({ code: 'invalid-tag' }));
    expect(() => entityScores([['O']], [['O', 'O']])).toThrow(/sentence 0.*1 labels and 2 predictions/);
  });
});
