/** Every cell of the README's table of fidelities. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { BertTokenizer, explain } from '../src/index.js';
import type { BertTokenizerOptions, Fidelity } from '../src/index.js';
import { errorCode } from './reference-cases.js';
import { smallVocabulary, specialTokens } from './small-vocabulary.js';

const FIDELITIES: readonly Fidelity[] = ['huggingface', 'google', 'tensorflow-text'];

/** Words and added tokens of a text, as `explain` shows them. */
function words(fidelity: Fidelity, text: string, lowercase: boolean): readonly string[] {
  const { segments } = explain(new BertTokenizer(smallVocabulary, { fidelity, lowercase }), text);
  return segments.flatMap((segment) =>
    segment.kind === 'text'
      ? segment.words.map((word) => (word.kind === 'word' ? word.text : word.token))
      : [segment.token],
  );
}

/** Words in the order huggingface, google, tensorflow-text, separated by `|`. */
type Row = readonly [
  point: string,
  text: string,
  expected: readonly [string, string, string],
  lowercase?: boolean,
];

const ROWS: readonly Row[] = [
  ['control characters', 'a\u0007b\u0000c', ['abc', 'abc', 'a|b|c']],
  ['format characters', 'a\u0600b', ['ab', 'ab', 'a|b']],
  ['ignorable format characters', 'a\u200db\u00adc', ['abc', 'abc', 'abc']],
  ['ignorable format characters, cased', 'a\u200db\u00adc', ['abc', 'abc', 'a|b|c'], false],
  ['U+FFFD', 'a\ufffdb', ['ab', 'ab', 'a\ufffdb']],
  ['private use', 'a\ue000b', ['ab', 'a\ue000b', 'a\ue000b']],
  ['unassigned', 'a\u0378b', ['a\u0378b', 'a\u0378b', 'a\u0378b']],
  ['lone surrogates', 'a\ud800b', ['ab', 'a\ud800b', 'a\ufffdb']],
  ['surrogates brought together', '\ud83d\u0007\ude00', ['', '\ud83d\ude00', '\ufffd|\ufffd']],
  ['wide space', 'a\u00a0b\u3000c', ['a|b|c', 'a|b|c', 'a|b|c']],
  ['wide space, cased', 'a\u00a0b\u3000c', ['a|b|c', 'a|b|c', 'a\u00a0b\u3000c'], false],
  ['line separator', 'a\u2028b', ['a|b', 'a|b', 'a\u2028b']],
  ['tab and line feed', 'a\tb\nc', ['a|b|c', 'a|b|c', 'a|b|c']],
  [
    'final sigma',
    '\u039f\u0394\u039f\u03a3',
    ['\u03bf\u03b4\u03bf\u03c3', '\u03bf\u03b4\u03bf\u03c2', '\u03bf\u03b4\u03bf\u03c3'],
  ],
  ['sharp s', 'Stra\u00dfe', ['stra\u00dfe', 'stra\u00dfe', 'strasse']],
  ['ligatures', '\ufb01n', ['\ufb01n', '\ufb01n', 'fin']],
  ['full width', '\uff21', ['\uff41', '\uff41', 'a']],
  ['accents', 'Caf\u00e9', ['cafe', 'cafe', 'cafe']],
  ['accents, cased', 'Caf\u00e9', ['Caf\u00e9', 'Caf\u00e9', 'Caf\u00e9'], false],
  ['ideographs', 'a\u4e2db', ['a|\u4e2d|b', 'a|\u4e2d|b', 'a|\u4e2d|b']],
  ['ideographs of the gap', 'a\u{2b820}b', ['a\u{2b820}b', 'a|\u{2b820}|b', 'a|\u{2b820}|b']],
  ['Kana and Hangul', '\u3042\u3044', ['\u3042\u3044', '\u3042\u3044', '\u3042\u3044']],
  ['ASCII symbols', 'a$b', ['a|$|b', 'a|$|b', 'a|$|b']],
  ['other symbols', 'a\u20acb', ['a\u20acb', 'a\u20acb', 'a\u20acb']],
  ['special tokens', 'a[MASK]', ['a|[MASK]', 'a|[|mask|]', 'a|[|mask|]']],
];

describe('fidelities differ where the README says', () => {
  it.each(ROWS)('%s', (_, text, expected, lowercase = true) => {
    expect(FIDELITIES.map((fidelity) => words(fidelity, text, lowercase).join('|'))).toEqual(expected);
  });

  it.each<[Fidelity, string, number]>([
    ['huggingface', 'a', 100],
    ['huggingface', '\u03b1', 100],
    ['google', 'a', 200],
    ['google', '\u03b1', 200],
    ['tensorflow-text', 'a', 100],
    ['tensorflow-text', '\u03b1', 50],
    ['tensorflow-text', '\u{1f600}', 25],
  ])('%s: the longest word of %s has %i', (fidelity, letter, most) => {
    const tokenizer = new BertTokenizer([...specialTokens, letter, `##${letter}`], { fidelity });
    const ids = (count: number): readonly number[] => [
      ...tokenizer.encode(letter.repeat(count), { truncation: false }).inputIds,
    ];
    expect(ids(most)).toHaveLength(most + 2);
    expect(ids(most + 1)).toEqual([tokenizer.clsTokenId, tokenizer.unkTokenId, tokenizer.sepTokenId]);
  });

  it.each<[Fidelity, number, number]>([
    ['huggingface', 2, 3],
    ['google', 3, 2],
    ['tensorflow-text', 3, 2],
  ])('%s: a pair cut to 5 keeps %i and %i', (fidelity, first, second) => {
    const tokenizer = new BertTokenizer(smallVocabulary, { fidelity });
    const { sequenceIds } = tokenizer.encode('a a a a', { pair: 'a a a a', truncation: true, maxLength: 8 });
    expect(sequenceIds.filter((id) => id === 0)).toHaveLength(first);
    expect(sequenceIds.filter((id) => id === 1)).toHaveLength(second);
  });

  it.each<[Fidelity, number | undefined]>([
    ['huggingface', undefined],
    ['google', undefined],
    ['tensorflow-text', 128],
  ])('%s: modelMaxLength is %s', (fidelity, length) => {
    expect(new BertTokenizer(smallVocabulary, { fidelity }).settings.modelMaxLength).toBe(length);
    expect(new BertTokenizer(smallVocabulary, { fidelity, modelMaxLength: 9 }).settings.modelMaxLength).toBe(
      9,
    );
  });

  it.each<[Fidelity, string]>([
    ['huggingface', 'movie \u00a0'],
    ['google', 'movie'],
    ['tensorflow-text', 'movie \u00a0'],
  ])('%s: white space at the ends of vocabulary lines', async (fidelity, expected) => {
    const folder = await mkdtemp(join(tmpdir(), 'bertune-modes-'));
    try {
      await writeFile(join(folder, 'vocab.txt'), `${specialTokens.join('\n')}\nmovie \u00a0\n`);
      const tokenizer = await BertTokenizer.fromPretrained(folder, { fidelity });
      expect(tokenizer.vocabulary[5]).toBe(expected);
      await tokenizer.savePretrained(folder);
      expect((await BertTokenizer.fromPretrained(folder)).settings).toEqual(tokenizer.settings);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each<[string, BertTokenizerOptions, boolean]>([
    ['stripAccents unlike lowercase', { stripAccents: false }, true],
    ['stripAccents like lowercase', { lowercase: false, stripAccents: false }, false],
    ['cleanText', { cleanText: false }, true],
    ['tokenizeChineseChars', { tokenizeChineseChars: false }, true],
    ['added tokens', { addedTokens: [{ content: '<ent>' }] }, true],
    ['flags of its own special tokens', { addedTokens: [{ content: '[MASK]', lstrip: true }] }, false],
  ])('switches that only huggingface has: %s', (_, options, refused) => {
    const code = (fidelity: Fidelity): string =>
      errorCode(() => new BertTokenizer(smallVocabulary, { ...options, fidelity }));
    const other = refused ? 'bad-option' : 'no error';
    expect(FIDELITIES.map(code)).toEqual(['no error', other, other]);
  });

  it('refuses a fidelity it does not know', () => {
    expect(errorCode(() => new BertTokenizer(smallVocabulary, { fidelity: 'bert' as Fidelity }))).toBe(
      'bad-option',
    );
  });
});
