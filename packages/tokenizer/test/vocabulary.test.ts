import { describe, expect, it } from '@jest/globals';

import { BertTokenizer } from '../src/index.js';
import type { BertTokenizerOptions, EncodeOptions } from '../src/index.js';
import { errorCode } from './reference-cases.js';
import { smallVocabulary, specialTokens } from './small-vocabulary.js';

describe('a bad vocabulary', () => {
  it.each<[string, readonly string[], BertTokenizerOptions, string]>([
    ['empty', [], {}, 'empty-vocabulary'],
    ['without [PAD]', specialTokens.filter((token) => token !== '[PAD]'), {}, 'missing-special-token'],
    ['without [UNK]', specialTokens.filter((token) => token !== '[UNK]'), {}, 'missing-special-token'],
    ['without [CLS]', specialTokens.filter((token) => token !== '[CLS]'), {}, 'missing-special-token'],
    ['without [SEP]', specialTokens.filter((token) => token !== '[SEP]'), {}, 'missing-special-token'],
    ['without the named mask', specialTokens, { maskToken: '<mask>' }, 'missing-special-token'],
    ['with a token twice', [...specialTokens, 'a', 'b', 'a'], {}, 'duplicate-token'],
  ])('%s is refused', (_, vocabulary, options, code) => {
    expect(errorCode(() => new BertTokenizer(vocabulary, options))).toBe(code);
  });

  it('is described: where, expected, found, what to do', () => {
    expect(() => new BertTokenizer([...specialTokens, 'a', 'a'])).toThrow(
      'expected every token once, found "a" with the ids 5 and 6 (line 7)',
    );
    expect(() => new BertTokenizer(['[PAD]', '[UNK]'])).toThrow(/\[CLS\].*Add them, or name/);
  });

  it('may lack [MASK]', () => {
    const tokenizer = new BertTokenizer(['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'a']);
    expect(tokenizer.maskTokenId).toBeUndefined();
    expect([...tokenizer.encode('a [MASK]').inputIds]).toEqual([2, 4, 1, 1, 1, 3]);
  });
});

describe('bad options', () => {
  const tokenizer = new BertTokenizer(smallVocabulary);

  it.each<[EncodeOptions]>([
    [{ maxLength: -1 }],
    [{ maxLength: 1.5 }],
    [{ maxLength: Number.NaN }],
    [{ stride: -1 }],
    [{ padToMultipleOf: -8 }],
    [{ padding: 'max' as 'max_length' }],
    [{ truncation: 'onlyFirst' as 'only_first' }],
    [{ paddingSide: 'middle' as 'left' }],
  ])('%p are refused', (options) => {
    expect(errorCode(() => tokenizer.encode('a', options))).toBe('bad-option');
  });

  it('are refused by the constructor, too', () => {
    expect(errorCode(() => new BertTokenizer(smallVocabulary, { modelMaxLength: -5 }))).toBe('bad-option');
    expect(errorCode(() => new BertTokenizer(smallVocabulary, { paddingSide: 'up' as 'left' }))).toBe(
      'bad-option',
    );
  });

  it.each([[-1], [0.5], [Number.NaN]])('id %p cannot be decoded', (id) => {
    expect(errorCode(() => tokenizer.decode([id]))).toBe('bad-id');
  });

  it('that leave rows ragged are refused by encodeBatch only', () => {
    expect(errorCode(() => tokenizer.encodeBatch(['a', 'the film'], { padding: false }))).toBe(
      'ragged-batch',
    );
    expect(tokenizer.encodeAll(['a', 'the film']).map(({ tokens }) => tokens.length)).toEqual([3, 4]);
  });
});

describe('pieces', () => {
  it('may be longer inside a word than at its beginning, and hold astral characters', () => {
    const tokenizer = new BertTokenizer([...specialTokens, 'a', '##b', '##bcdefgh', '##b\u{1f600}\u{1f601}']);
    expect(tokenizer.encode('abcdefgh').tokens).toEqual(['[CLS]', 'a', '##bcdefgh', '[SEP]']);
    expect(tokenizer.encode('ab\u{1f600}\u{1f601}').offsets.slice(1, -1)).toEqual([
      [0, 1],
      [1, 6],
    ]);
  });
});

describe('lookups', () => {
  it('know vocabulary and added tokens', () => {
    const tokenizer = new BertTokenizer([...specialTokens, 'a', '##b'], {
      addedTokens: [{ content: '<x>', special: true }, { content: 'a' }, { content: 'y' }],
    });
    expect(tokenizer.vocabularySize).toBe(9);
    expect(['<x>', 'a', 'y', '##b', 'q'].map((token) => tokenizer.idOf(token))).toEqual([
      7,
      5,
      8,
      6,
      undefined,
    ]);
    expect([5, 7, 8, 9].map((id) => tokenizer.tokenOf(id))).toEqual(['a', '<x>', 'y', undefined]);
    expect(tokenizer.decode([7, 5, 8], { skipSpecialTokens: true })).toBe('a y');
  });

  it('truncate a batch on maxLength alone, and not when padding is given without truncation', () => {
    const tokenizer = new BertTokenizer(smallVocabulary);
    const texts = ['the film was good', 'good'];
    expect(tokenizer.encodeBatch(texts, { maxLength: 4 }).shape).toEqual([2, 4]);
    expect(tokenizer.encodeBatch(texts, { maxLength: 4, padding: true }).shape).toEqual([2, 6]);
    expect(tokenizer.encodeBatch(texts, { maxLength: 4, truncation: false }).shape).toEqual([2, 6]);
    expect(tokenizer.encodeBatch(texts).shape).toEqual([2, 6]);
  });

  it('give an empty batch the shape [0, 0]', () => {
    expect(new BertTokenizer(specialTokens).encodeBatch([]).shape).toEqual([0, 0]);
  });
});
