/** Corpora, inline and on threads, against `encode` called text by text. */
import { describe, expect, it } from '@jest/globals';

import { BertTokenizer, encodeCorpus, encodeFile } from '../src/index.js';
import type { CorpusOptions } from '../src/index.js';
import { allRows, fileOf, someTexts } from './corpus-text.js';
import { smallVocabulary } from './small-vocabulary.js';

const tokenizer = new BertTokenizer(smallVocabulary);
const idsOf = (texts: readonly string[]): number[][] =>
  texts.map((text) => [...tokenizer.encode(text).inputIds]);

async function* streamOf(texts: readonly string[]): AsyncGenerator<string, void> {
  for (const text of texts) {
    await Promise.resolve();
    yield text;
  }
}

describe.each([0, 1, 3])('corpora with %d workers', (workers) => {
  const texts = someTexts(3000);
  const options: CorpusOptions = { workers, chunkSize: 5000 };

  it('gives the ids of encode, in order', async () => {
    const expected = idsOf(texts);
    expect(await allRows(encodeCorpus(tokenizer, texts, options))).toEqual(expected);
    expect(await allRows(encodeCorpus(tokenizer, streamOf(texts), options))).toEqual(expected);
    expect(await allRows(encodeFile(tokenizer, fileOf(`${texts.join('\n')}\n`), options))).toEqual(expected);
  });

  it('keeps what no file could hold: lone surrogates, line feeds, empty texts', async () => {
    const odd = ['', '\ud800great', 'a\nb\r\n', '\ufeffmovie', '', 'x\udc00'];
    expect(await allRows(encodeCorpus(tokenizer, odd, { workers, chunkSize: 1 }))).toEqual(idsOf(odd));
  });

  it('truncates, and gives windows as rows of their text', async () => {
    const long = ['great movie '.repeat(9), 'great', 'the movie was '.repeat(5)];
    const rows: number[] = [];
    const ids: number[][] = [];
    const settings = { maxLength: 6, truncation: true, stride: 1, returnOverflowingTokens: true } as const;
    for await (const batch of encodeCorpus(tokenizer, long, { ...options, ...settings })) {
      rows.push(...batch.overflowToSample);
      for (let row = 0; row < batch.rows; row += 1) ids.push([...batch.row(row)]);
    }
    const expected = tokenizer.encodeAll(long, settings);
    expect(ids).toEqual(
      expected.flatMap((row) => [row, ...row.overflowing]).map(({ inputIds }) => [...inputIds]),
    );
    expect(rows).toEqual(expected.flatMap((row, index) => [index, ...row.overflowing.map(() => index)]));
    expect(
      (await allRows(encodeCorpus(tokenizer, long, { ...options, maxLength: 4 }))).map((row) => row.length),
    ).toEqual([4, 3, 4]);
    expect(await allRows(encodeCorpus(tokenizer, ['great'], { workers, addSpecialTokens: false }))).toEqual([
      [...tokenizer.encode('great', { addSpecialTokens: false }).inputIds],
    ]);
  });

  it('gives nothing for nothing', async () => {
    expect(await allRows(encodeCorpus(tokenizer, [], options))).toEqual([]);
    expect(await allRows(encodeFile(tokenizer, fileOf(''), options))).toEqual([]);
  });

  it('names the text that cannot be encoded, after all batches before it', async () => {
    const bad = [...someTexts(50).map(() => 'great'), 'the movie was great'];
    const strict = { workers, chunkSize: 40, maxLength: 3, truncation: 'only_second' } as const;
    let seen = 0;
    const iterate = async (): Promise<void> => {
      for await (const batch of encodeCorpus(tokenizer, bad, strict)) seen += batch.texts;
    };
    await expect(iterate()).rejects.toMatchObject({
      code: 'missing-pair',
      message: expect.stringContaining('index 50'),
      details: { text: 50 },
    });
    expect(seen).toBeGreaterThanOrEqual(40);
  });
});

describe('a tokenizer in another thread', () => {
  const texts = ['Ünwanted MOVIE [MASK] <x> great\u0000\u0301中文 ﬁne', 'the [SEP] <y>movie'];

  it.each([
    [{ lowercase: false }],
    [{ stripAccents: false, tokenizeChineseChars: false }],
    [{ maskToken: null }],
    [
      {
        addedTokens: [
          { content: '<x>' },
          { content: '<y>', special: true, rstrip: true },
          { content: 'great' },
        ],
      },
    ],
    [{ fidelity: 'google' as const }],
    [{ fidelity: 'tensorflow-text' as const }],
    [{ unkToken: 'the', padToken: 'movie' }],
    [{ cleanText: false, maxInputCharsPerWord: 4 }],
    [{ encodeDefaults: { truncation: true, maxLength: 5, addSpecialTokens: false } }],
  ])('is the same: %j', async (options) => {
    const own = new BertTokenizer(smallVocabulary, options);
    expect(await allRows(encodeCorpus(own, texts, { workers: 1 }))).toEqual(
      texts.map((text) => [...own.encode(text).inputIds]),
    );
  });
});

it('rows are not padded, even by a tokenizer that pads where a call says nothing', async () => {
  const pads = new BertTokenizer(smallVocabulary, {
    encodeDefaults: { padding: 'max_length', maxLength: 9 },
  });
  expect((await allRows(encodeCorpus(pads, ['great'], { workers: 1 }))).map((row) => row.length)).toEqual([
    3,
  ]);
});

describe('what is refused at once', () => {
  it.each([
    [{ workers: -1 }, 'workers'],
    [{ workers: 1.5 }, 'workers'],
    [{ workers: 5000 }, 'workers'],
    [{ chunkSize: 0 }, 'chunkSize'],
    [{ chunkSize: NaN }, 'chunkSize'],
    [{ maxLength: -3 }, 'maxLength'],
    [{ padding: true } as CorpusOptions, 'padding'],
    [{ worker: 2 } as CorpusOptions, 'worker'],
  ])('%j', (options, name) => {
    const refused = expect.objectContaining({
      code: 'bad-option',
      message: expect.stringContaining(`${name}:`),
    });
    expect(() => encodeCorpus(tokenizer, [], options)).toThrow(refused);
    expect(() => encodeFile(tokenizer, 'x', options)).toThrow(refused);
  });

  it.each([['great'], [null], [3], [{}]])('texts that are none: %j', (texts) => {
    expect(() => encodeCorpus(tokenizer, texts as unknown as string[])).toThrow(
      expect.objectContaining({ code: 'bad-text' }),
    );
  });

  it('and, when its turn comes, an item that is no string', async () => {
    const items = ['great', undefined] as string[];
    await expect(allRows(encodeCorpus(tokenizer, items, { workers: 0 }))).rejects.toMatchObject({
      code: 'bad-text',
      details: { index: 1 },
    });
  });
});
