/** What must hold for any text and any options. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { BertTokenizer, TokenizerError } from '../src/index.js';
import type { EncodeOptions, TruncationStrategy } from '../src/index.js';
import { smallVocabulary } from './small-vocabulary.js';

const tokenizer = new BertTokenizer(smallVocabulary);
const cased = new BertTokenizer(smallVocabulary, { lowercase: false });

/** Arbitrary UTF-16: lone surrogates, every plane, special tokens, marks, and words the vocabulary knows. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        'the',
        'movie',
        'unwanted',
        '[MASK]',
        '[SEP]',
        ' ',
        '中',
        '\u0301',
        '\u302e',
        '한',
        '😀',
        '\ud83d',
        '\ude00',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const anyOptions: fc.Arbitrary<EncodeOptions> = fc.record(
  {
    truncation: fc.constantFrom<(boolean | TruncationStrategy)[]>(
      true,
      false,
      'longest_first',
      'only_first',
      'only_second',
    ),
    maxLength: fc.nat({ max: 20 }),
    stride: fc.nat({ max: 4 }),
    padding: fc.constantFrom<(boolean | 'max_length')[]>(true, false, 'max_length'),
    padToMultipleOf: fc.nat({ max: 9 }),
    returnOverflowingTokens: fc.boolean(),
    addSpecialTokens: fc.boolean(),
    paddingSide: fc.constantFrom('left', 'right'),
    truncationSide: fc.constantFrom('left', 'right'),
    offsetUnit: fc.constantFrom('utf16', 'codepoint'),
  },
  { requiredKeys: [] },
);

describe('any text', () => {
  it('encodes and decodes without throwing', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, pair) => {
        for (const each of [tokenizer, cased]) {
          const { inputIds } = each.encode(text, { pair });
          each.decode(inputIds);
          each.encode([text, pair]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('has offsets that rise, stay in the text and cut out what the token stands for', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { tokens, offsets, wordIds, specialTokensMask } = cased.encode(text);
        let wordBefore = -1;
        tokens.forEach((token, index) => {
          if (specialTokensMask[index] === 1) return;
          const [start, end] = offsets[index] ?? [0, 0];
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          const word = wordIds[index] ?? -1;
          expect(word).toBeGreaterThanOrEqual(wordBefore);
          wordBefore = word;
          const source = text.slice(start, end);
          // Only clean-up lies between source and token when nothing is lower-cased or stripped.
          if (token !== '[UNK]') expect(withoutDropped(source)).toBe(token.replace(/^##/, ''));
        });
      }),
      { numRuns: 500 },
    );
  });

  it('has code-point offsets that agree with the UTF-16 ones', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const units = tokenizer.encode(text).offsets;
        const points = tokenizer.encode(text, { offsetUnit: 'codepoint' }).offsets;
        expect(points).toEqual(
          units.map(([start, end]) => [[...text.slice(0, start)].length, [...text.slice(0, end)].length]),
        );
      }),
    );
  });

  it('gives the same with lone surrogates taken out', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const clean = [...text].filter((c) => !/^[\ud800-\udfff]$/.test(c)).join('');
        expect([...tokenizer.encode(text).inputIds]).toEqual([...tokenizer.encode(clean).inputIds]);
      }),
    );
  });

  it('gives rows of one length whose attention mask marks what is not padding', () => {
    fc.assert(
      fc.property(
        fc.array(anyText, { minLength: 1, maxLength: 4 }),
        fc.nat({ max: 8 }),
        (texts, padToMultipleOf) => {
          const { shape, inputIds, attentionMask } = tokenizer.encodeBatch(texts, { padToMultipleOf });
          expect(shape[0]).toBe(texts.length);
          expect(inputIds.length).toBe(shape[0] * shape[1]);
          texts.forEach((text, row) => {
            const alone = [...tokenizer.encode(text).inputIds];
            const ids = [...inputIds.slice(row * shape[1], (row + 1) * shape[1])];
            const mask = [...attentionMask.slice(row * shape[1], (row + 1) * shape[1])];
            expect(ids.filter((_, index) => mask[index] === 1)).toEqual(alone);
            expect(ids.slice(alone.length).every((id) => id === tokenizer.padTokenId)).toBe(true);
          });
        },
      ),
    );
  });
});

/** Removes what text cleaning drops; the tokens under test hold nothing else that changes. */
function withoutDropped(source: string): string {
  return [...source].filter((c) => !/^[\p{Cc}\p{Cf}\p{Co}\ufffd\ud800-\udfff]$/u.test(c)).join('');
}

describe('any options', () => {
  it('give a row or a TokenizerError, never less than the special tokens, never more than maxLength', () => {
    fc.assert(
      fc.property(anyText, fc.option(anyText, { nil: undefined }), anyOptions, (text, pair, options) => {
        let row;
        try {
          row = tokenizer.encode(text, pair === undefined ? options : { ...options, pair });
        } catch (error) {
          expect(error).toBeInstanceOf(TokenizerError);
          return;
        }
        const { addSpecialTokens = true, padding = false, truncation, maxLength } = options;
        const isPair = pair !== undefined && pair !== '';
        const special = addSpecialTokens ? (isPair ? 3 : 2) : 0;
        expect(row.tokens.length).toBeGreaterThanOrEqual(special);
        const truncates = truncation !== undefined ? truncation !== false : padding === false;
        if (truncates && maxLength !== undefined && maxLength >= special && padding === false) {
          expect(row.tokens.length).toBeLessThanOrEqual(maxLength);
        }
        for (const window of [row, ...row.overflowing]) {
          const { tokens, offsets, wordIds, sequenceIds, specialTokensMask } = window;
          const lists = [tokens, offsets, wordIds, sequenceIds, specialTokensMask];
          for (const list of [...lists, window.attentionMask, window.tokenTypeIds]) {
            expect(list).toHaveLength(window.inputIds.length);
          }
          const real = [...window.inputIds.keys()].filter((index) => window.attentionMask[index] === 1);
          const ends = special === 0 ? [] : [tokenizer.clsTokenId, tokenizer.sepTokenId];
          expect([real.at(0), real.at(-1)].map((index) => window.inputIds[index ?? -1])).toEqual(
            special === 0 ? expect.anything() : ends,
          );
        }
      }),
      { numRuns: 800 },
    );
  });

  it('make windows that cover the text and share stride tokens', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('the', 'movie', 'unwanted', 'great', '中', '!'), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 4, max: 12 }),
        fc.nat({ max: 5 }),
        fc.constantFrom('left' as const, 'right' as const),
        (words, maxLength, wanted, truncationSide) => {
          const text = words.join(' ');
          const stride = Math.min(wanted, maxLength - 3);
          const whole = [...tokenizer.encode(text).inputIds].slice(1, -1);
          const row = tokenizer.encode(text, {
            truncation: true,
            maxLength,
            stride,
            truncationSide,
            returnOverflowingTokens: true,
          });
          const windows = [row, ...row.overflowing].map(({ inputIds }) => [...inputIds].slice(1, -1));
          if (truncationSide === 'left') windows.reverse();
          const joined = windows.reduce((before, window) => {
            expect(window.length).toBeLessThanOrEqual(maxLength - 2);
            if (before.length === 0) return window;
            const shared = truncationSide === 'right' ? stride : sharedTokens(before, window, stride);
            expect(before.slice(before.length - shared)).toEqual(window.slice(0, shared));
            return [...before, ...window.slice(shared)];
          }, []);
          expect(joined).toEqual(whole);
        },
      ),
    );
  });
});

/** From the left the first window may be short, but never shares more or less than the stride. */
function sharedTokens(before: readonly number[], window: readonly number[], stride: number): number {
  return Math.min(stride, before.length, window.length);
}
