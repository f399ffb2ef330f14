/** `explain` shows what `encode` did: the same tokens, and every step before them. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { BertTokenizer, explain } from '../src/index.js';
import type { Explanation } from '../src/index.js';
import { smallVocabulary } from './small-vocabulary.js';

const tokenizer = new BertTokenizer(smallVocabulary, {
  addedTokens: [
    { content: 'New York' },
    { content: '<ent>', special: true },
    { content: '<l>', special: true, lstrip: true },
  ],
});

function wordsOf({ segments }: Explanation): readonly string[] {
  return segments.flatMap((segment) =>
    segment.kind === 'text'
      ? segment.words.map((word) => (word.kind === 'word' ? word.text : word.token))
      : [segment.token],
  );
}

describe('explain', () => {
  it('shows every stage of a text', () => {
    expect(explain(tokenizer, 'Caf\u00e9\u0007 [MASK]!')).toEqual({
      text: 'Caf\u00e9\u0007 [MASK]!',
      segments: [
        {
          kind: 'text',
          start: 0,
          end: 6,
          source: 'Caf\u00e9\u0007 ',
          stages: [
            { stage: 'cleaned', text: 'Caf\u00e9 ' },
            { stage: 'accents-stripped', text: 'Cafe ' },
            { stage: 'lower-cased', text: 'cafe ' },
          ],
          cleaned: 'Caf\u00e9 ',
          normalized: 'cafe ',
          changes: [
            { start: 0, end: 1, source: 'C', result: 'c', stages: ['lower-cased'] },
            { start: 3, end: 4, source: '\u00e9', result: 'e', stages: ['accents-stripped'] },
            { start: 4, end: 5, source: '\u0007', result: '', stages: ['cleaned'] },
          ],
          words: [
            {
              kind: 'word',
              start: 0,
              end: 4,
              source: 'Caf\u00e9',
              text: 'cafe',
              pieces: [{ id: tokenizer.idOf('cafe'), token: 'cafe', start: 0, end: 4, source: 'Caf\u00e9' }],
              unknown: null,
            },
          ],
        },
        {
          kind: 'added-token',
          id: tokenizer.maskTokenId,
          token: '[MASK]',
          start: 6,
          end: 12,
          source: '[MASK]',
        },
        {
          kind: 'text',
          start: 12,
          end: 13,
          source: '!',
          stages: [
            { stage: 'cleaned', text: '!' },
            { stage: 'accents-stripped', text: '!' },
            { stage: 'lower-cased', text: '!' },
          ],
          cleaned: '!',
          normalized: '!',
          changes: [],
          words: [
            {
              kind: 'word',
              start: 12,
              end: 13,
              source: '!',
              text: '!',
              pieces: [{ id: tokenizer.idOf('!'), token: '!', start: 12, end: 13, source: '!' }],
              unknown: null,
            },
          ],
        },
      ],
      tokens: [
        {
          id: tokenizer.clsTokenId,
          token: '[CLS]',
          type: 0,
          word: null,
          special: true,
          start: 0,
          end: 0,
          source: '',
        },
        {
          id: tokenizer.idOf('cafe'),
          token: 'cafe',
          type: 0,
          word: 0,
          special: false,
          start: 0,
          end: 4,
          source: 'Caf\u00e9',
        },
        {
          id: tokenizer.maskTokenId,
          token: '[MASK]',
          type: 0,
          word: 1,
          special: false,
          start: 6,
          end: 12,
          source: '[MASK]',
        },
        {
          id: tokenizer.idOf('!'),
          token: '!',
          type: 0,
          word: 2,
          special: false,
          start: 12,
          end: 13,
          source: '!',
        },
        {
          id: tokenizer.sepTokenId,
          token: '[SEP]',
          type: 0,
          word: null,
          special: true,
          start: 0,
          end: 0,
          source: '',
        },
      ],
    });
  });

  it('says why a word became the unknown token', () => {
    const reasons = (text: string): unknown[] =>
      explain(tokenizer, text)
        .segments.flatMap((segment) => (segment.kind === 'text' ? segment.words : []))
        .map((word) => (word.kind === 'word' ? word.unknown : undefined));
    expect(reasons('the\u0378x a')).toEqual([{ reason: 'no-piece', rest: '\u0378x' }, null]);
    expect(reasons('a'.repeat(101))).toEqual([{ reason: 'too-long', length: 101, limit: 100 }]);
  });

  it('finds added tokens in the text as written and in its normalised form', () => {
    const explained = explain(tokenizer, 'go  <l> to NEW YORK now');
    expect(explained.segments.map(({ kind, source }) => [kind, source])).toEqual([
      ['text', 'go'],
      ['added-token', '  <l>'],
      ['text', ' to NEW YORK now'],
    ]);
    expect(wordsOf(explained)).toEqual(['go', '<l>', 'to', 'New York', 'now']);
  });

  it('leaves steps out that are switched off', () => {
    const cased = new BertTokenizer(smallVocabulary, { lowercase: false });
    const [segment] = explain(cased, '\u00c9').segments;
    expect(segment).toMatchObject({ stages: [{ stage: 'cleaned' }], changes: [], normalized: '\u00c9' });
  });

  it('agrees with encode on any string, covers it, and goes through JSON', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom(...Array.from('aeTh\u0301\u0316\u00e9\u4e2d\ud83d\ude00 \u0000[MASK]<l>')),
        maxLength: 60,
      }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const explained = explain(tokenizer, text);
        const row = tokenizer.encode(text);
        expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
        expect(explained.tokens.map(({ id, start, end }) => [id, start, end])).toEqual(
          row.offsets.map(([start, end], index) => [row.inputIds[index], start, end]),
        );
        expect(explained.segments.map(({ source }) => source).join('')).toBe(text);
        const pieces = explained.segments.flatMap((segment) =>
          segment.kind === 'text'
            ? segment.words.flatMap((word) => (word.kind === 'word' ? word.pieces : [word]))
            : [segment],
        );
        expect(pieces.map(({ id }) => id)).toEqual([...row.inputIds.slice(1, -1)]);
        for (const { source, start, end } of pieces) expect(text.slice(start, end)).toBe(source);
      }),
      { numRuns: 500 },
    );
  });
});
