/** The fast path against the general one, and what only the fast one promises: bounded memory, linear cost. */
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';

import { BertTokenizer } from '../src/index.js';
import type { EncodeOptions, TruncationStrategy } from '../src/index.js';
import { ABSENT, UnitMap, mixHash } from '../src/fast/unit-map.js';
import { Scanner } from '../src/fast/scanner.js';
import { onGeneralPath, outcome, plain } from './paths.js';
import { smallVocabulary, specialTokens } from './small-vocabulary.js';

const tokenizer = new BertTokenizer(smallVocabulary);

describe('the map of unit runs', () => {
  const unitsOf = (text: string): Uint16Array =>
    Uint16Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  const hashOf = (units: Uint16Array): number => units.reduce(mixHash, 0);

  it('is a map', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 2000 }), (keys) => {
        const map = new UnitMap();
        keys.forEach((key, value) => {
          const units = unitsOf(key);
          expect(map.get(units, 0, units.length, hashOf(units))).toBe(ABSENT);
          expect(map.add(units, 0, units.length, hashOf(units), value)).toBe(true);
        });
        keys.forEach((key, value) => {
          // Not at the beginning of what it is looked up in.
          const units = unitsOf(`x${key}y`);
          expect(map.get(units, 1, key.length, hashOf(unitsOf(key)))).toBe(value);
        });
        expect(map.size).toBe(keys.length);
        map.clear();
        for (const key of keys) {
          expect(map.get(unitsOf(key), 0, key.length, hashOf(unitsOf(key)))).toBe(ABSENT);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('tells runs with one hash apart, and gives up out of reach', () => {
    const map = new UnitMap(4);
    const runs = Array.from({ length: 10 }, (_, index) => Uint16Array.of(7, index));
    const added = runs.map((units, value) => map.add(units, 0, 2, -1, value));
    expect(added).toEqual([true, true, true, true, false, false, false, false, false, false]);
    expect(runs.map((units) => map.get(units, 0, 2, -1))).toEqual([
      0,
      1,
      2,
      3,
      ...new Array<number>(6).fill(ABSENT),
    ]);
  });
});

/** Blocks of 4,096 code points: alphabets, Hangul, compatibility forms, music, emoji, ideographs with gap, tags. */
const BLOCKS = [0, 1, 2, 3, 0xa, 0xf, 0x1d, 0x1f, 0x2b, 0xe0];

describe('every character', () => {
  it.each([
    ['uncased', {}, [...BLOCKS, 0x10, 0x11, 0x16]],
    ['cased', { lowercase: false }, BLOCKS.slice(0, 7)],
    ['keeps accents', { stripAccents: false }, BLOCKS.slice(0, 7)],
    ['google', { fidelity: 'google' }, BLOCKS.slice(0, 3)],
    ['tensorflow-text', { fidelity: 'tensorflow-text' }, BLOCKS.slice(0, 3)],
  ] as const)(
    'is what the general path makes of it: %s',
    (_, options, blocks) => {
      const step = 4096;
      for (const block of blocks) {
        const characters = Array.from({ length: step }, (__, index) =>
          String.fromCodePoint(block * step + index),
        );
        const known = characters.filter((each) => /[^\p{Cs}\p{Zl}\p{Zp}\p{Zs}\p{Cc}]/u.test(each));
        const vocabulary = new Set([...specialTokens, 'a', '##b', ...known]);
        for (const each of known) vocabulary.add(`##${each}`);
        const fast = new BertTokenizer([...vocabulary], options);
        const text = characters.map((each) => `a${each}b`).join(' ');
        const [row, expected] = [fast, onGeneralPath(fast)].map((each) => each.encode(text));
        expect(Buffer.from(row.inputIds.buffer).equals(Buffer.from(expected.inputIds.buffer))).toBe(true);
        expect(row.offsets.join(' ') === expected.offsets.join(' ')).toBe(true);
        expect(row.wordIds.join(' ') === expected.wordIds.join(' ')).toBe(true);
      }
    },
    60_000,
  );
});

it('a space that brings a mark along depends on what comes after it', () => {
  // Found by the fuzz: FULLWIDTH MACRON folds to a space and a mark, which changes places with the one after it.
  const fast = new BertTokenizer(smallVocabulary, { fidelity: 'tensorflow-text' });
  const [row, expected] = [fast, onGeneralPath(fast)].map((each) => plain(each.encode('\uffe3\u302f')));
  expect(row).toEqual(expected);
});

describe('truncation that stops reading early', () => {
  const words = fc.array(fc.constantFrom('the', 'movie', 'unwanted', '中', '!', '[MASK]', '\u302e', 'zzz'), {
    maxLength: 14,
  });
  const options: fc.Arbitrary<EncodeOptions> = fc.record(
    {
      truncation: fc.constantFrom<(true | TruncationStrategy)[]>(
        true,
        'longest_first',
        'only_first',
        'only_second',
      ),
      maxLength: fc.nat({ max: 12 }),
      stride: fc.nat({ max: 3 }),
      addSpecialTokens: fc.boolean(),
      truncationSide: fc.constantFrom('left', 'right'),
      returnOverflowingTokens: fc.boolean(),
    },
    { requiredKeys: ['truncation', 'maxLength'] },
  );
  const general = onGeneralPath(tokenizer);

  it('gives the same rows and the same errors, word for word', () => {
    fc.assert(
      fc.property(words, fc.option(words), options, (first, second, given) => {
        const inputs = [
          first.join(' '),
          { text: first, ...(second === null ? {} : { pair: second }) },
          { text: first.join(' '), ...(second === null ? {} : { pair: second.join(' ') }) },
        ];
        for (const input of inputs) {
          const [found, expected] = [tokenizer, general].map((each) =>
            outcome(() => each.encodeAll([input], given).map(plain)),
          );
          expect(found).toEqual(expected);
        }
      }),
      { numRuns: 250 },
    );
  });

  it('does stop', () => {
    const read = jest.spyOn(String.prototype, 'charCodeAt');
    tokenizer.encode('the movie '.repeat(10_000), { maxLength: 16 });
    const count = read.mock.calls.length;
    read.mockRestore();
    expect(count).toBeLessThan(200);
  });
});

describe('windows', () => {
  it('cover any text', () => {
    const text = fc
      .array(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('the', ' movie ', '[MASK]', '中', '\u302e')),
      )
      .map((parts) => parts.join(''));
    const side = fc.constantFrom('left' as const, 'right' as const);
    fc.assert(
      fc.property(text, fc.integer({ min: 3, max: 9 }), side, (each, maxLength, truncationSide) => {
        const whole = [...tokenizer.encode(each, { addSpecialTokens: false }).inputIds];
        const row = tokenizer.encode(each, { maxLength, truncationSide, returnOverflowingTokens: true });
        const windows = [row, ...row.overflowing].map(({ inputIds }) => [...inputIds.slice(1, -1)]);
        if (truncationSide === 'left') windows.reverse();
        expect(windows.flat()).toEqual(whole);
        const lengths = [row, ...row.overflowing].map(({ inputIds }) => inputIds.length);
        expect(lengths.filter((length) => length < 2 || length > maxLength)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('what is made when read', () => {
  it('does not depend on what became of the words, the texts or the matrices since', () => {
    const words = ['the', 'movie'];
    const texts = ['the movie', 'unwanted'];
    const row = tokenizer.encode(words);
    const batch = tokenizer.encodeBatch(texts);
    words[1] = 'unwanted';
    texts.pop();
    batch.inputIds.fill(0);
    expect(plain(row)).toEqual(plain(tokenizer.encode(['the', 'movie'])));
    expect(batch.encodings.map(plain)).toEqual(
      tokenizer.encodeAll(['the movie', 'unwanted'], { padding: true }).map(plain),
    );
  });

  it('goes through JSON', () => {
    const batch = tokenizer.encodeBatch(['the movie', 'unwanted']);
    const { encodings } = JSON.parse(JSON.stringify(batch)) as typeof batch;
    expect(Object.keys(encodings[0])).toHaveLength(9);
    expect(encodings[0].tokens).toEqual(batch.encodings[0].tokens);
    expect(encodings[0].offsets).toEqual(batch.encodings[0].offsets);
  });

  it('is made once', () => {
    const row = tokenizer.encode('the movie');
    const fields = [
      'attentionMask',
      'tokenTypeIds',
      'specialTokensMask',
      'tokens',
      'offsets',
      'wordIds',
    ] as const;
    for (const field of fields) expect(row[field]).toBe(row[field]);
  });
});

describe('large texts', () => {
  const size = 120_000;
  const cases: [name: string, part: string][] = [
    ['one word', 'a'],
    ['short words', 'the movie '],
    ['accents', 'é'],
    ['marks', 'e\u0301\u0323 '],
    ['ideographs', '中文'],
    ['emoji', '😀 '],
    ['syllables, each several pieces', '한'],
    ['marks that depend on their neighbours', 'a\u302e '],
    ['lone surrogates', '\ud83d'],
    ['brackets', '['],
    ['special tokens', '[MASK]'],
  ];

  // Ten times the size that a quadratic step would take minutes for.
  it.each(cases)('cost no more per character: %s', (_, part) => {
    const text = part.repeat(size / part.length);
    const row = tokenizer.encode(text, { offsetUnit: 'codepoint' });
    expect(row.offsets).toHaveLength(row.inputIds.length);
    expect(row.tokens).toHaveLength(row.inputIds.length);
    expect(tokenizer.encode(text, { maxLength: 8 }).inputIds.length).toBeLessThanOrEqual(8);
  });

  it('are normalised together no further than to the next word, where characters depend on each other', () => {
    const stretch = jest.spyOn(Scanner.prototype, 'scanNormalized');
    const text = `the movie a\u302e the movie. b\u302e!`;
    tokenizer.encode(text);
    const parts = stretch.mock.calls.map(([, { units }]) => units);
    stretch.mockRestore();
    expect(parts).toEqual(['a\u302e', ' b\u302e'.trim()]);
  });

  it('are many more words than are remembered, and come out the same', () => {
    const letters = 'abcdefghijklmnop';
    const words = Array.from({ length: 40_000 }, (_, index) =>
      [0, 4, 8, 12, 16].map((shift) => letters[(index >> shift) & 15]).join(''),
    );
    const alphabet = Array.from(letters);
    const vocabulary = [...specialTokens, ...alphabet, ...alphabet.map((letter) => `##${letter}`)];
    const spelling = new BertTokenizer(vocabulary);
    const idsOf = (word: string): number[] =>
      Array.from(word, (letter, index) => spelling.idOf(index === 0 ? letter : `##${letter}`) ?? -1);
    const { inputIds } = spelling.encode([...words, ...words.slice(0, 9)], { addSpecialTokens: false });
    const expected = [...words, ...words.slice(0, 9)].flatMap(idsOf);
    expect(inputIds.join(' ') === expected.join(' ')).toBe(true);
  });
});
