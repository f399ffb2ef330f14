import { describe, expect, it } from '@jest/globals';
import { BertTokenizer } from '@bertune/tokenizer';

import { encodeExamples } from '../../src/model/encode.js';
import { passagesOf } from '../../src/report-page/attribution/passages.js';

const pieces = ['un', '##for', '##get', '##table', 'the', 'film', 'was', '.', 'cafe', 'food'];
const tokenizer = new BertTokenizer(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...pieces]);
const counting = Float32Array.from({ length: 64 }, (_, at) => at);
const joined = (passages: readonly { readonly text: string }[]): string =>
  passages.map(({ text }) => text).join('');

describe('passagesOf', () => {
  it('gives each piece its value, in the text as it was written', () => {
    const [passages] = passagesOf(tokenizer, { text: '  The Café was unforgettable.\n' }, 32, counting);
    expect(passages).toEqual([
      { text: '  ', isRead: true },
      { text: 'The', value: 1, isRead: true },
      { text: ' ', isRead: true },
      { text: 'Café', value: 2, isRead: true },
      { text: ' ', isRead: true },
      { text: 'was', value: 3, isRead: true },
      { text: ' ', isRead: true },
      { text: 'un', value: 4, isRead: true },
      { text: 'for', value: 5, isRead: true },
      { text: 'get', value: 6, isRead: true },
      { text: 'table', value: 7, isRead: true },
      { text: '.', value: 8, isRead: true },
      { text: '\n', isRead: true },
    ]);
  });

  it.each(['', '   ', 'a\u0301e\u0301 zzz 日本語 😀 the the', 'the\u0000film\ud800 was'])(
    'loses nothing of %j',
    (text) => {
      const [passages = []] = passagesOf(tokenizer, { text }, 32, counting);
      expect(joined(passages)).toBe(text);
      const { encoded } = encodeExamples([{ text }], tokenizer, 32);
      const tokens = (encoded[0]?.inputIds.length ?? 0) - 2; // without [CLS] and [SEP]
      const sum = passages.reduce((total, { value = 0 }) => total + value, 0);
      expect(sum).toBe((tokens * (tokens + 1)) / 2); // 1 + 2 + …: no value is lost
    },
  );

  it('tells the two texts of a pair apart', () => {
    const [first = [], second = []] = passagesOf(
      tokenizer,
      { text: 'the film', pair: 'the food' },
      32,
      counting,
    );
    expect(first.flatMap(({ text, value }) => (value === undefined ? [] : [[text, value]]))).toEqual([
      ['the', 1],
      ['film', 2],
    ]);
    expect(second.flatMap(({ text, value }) => (value === undefined ? [] : [[text, value]]))).toEqual([
      ['the', 4],
      ['food', 5],
    ]);
  });

  it('adds up the values of tokens that come from the same character', () => {
    const encode = (): unknown => ({
      offsets: [
        [0, 0],
        [0, 3],
        [2, 3],
        [2, 3],
        [3, 4],
        [0, 0],
      ], // as where normalising made three letters of one
      sequenceIds: [null, 0, 0, 0, 0, null],
      overflowing: [],
    });
    const [passages] = passagesOf({ encode } as never, { text: 'o\u{fb03}ce' }, 8, counting);
    expect(passages).toEqual([
      { text: 'o\u{fb03}c', value: 6, isRead: true },
      { text: 'e', value: 4, isRead: true },
    ]);
  });

  it('says what was cut off, and has no values where there are none', () => {
    const [passages = []] = passagesOf(tokenizer, { text: 'the film was the food' }, 4, undefined);
    expect(passages).toEqual([
      { text: 'the', isRead: true },
      { text: ' ', isRead: true },
      { text: 'film', isRead: true },
      { text: ' was the food', isRead: false },
    ]);
  });
});
