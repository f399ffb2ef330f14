/** Training from streams and files, its progress and its end before time. */
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { trainVocabulary, trainVocabularyAsync, trainVocabularyFromFiles } from '../src/index.js';
import type { TrainVocabularyOptions, TrainingProgress } from '../src/index.js';
import { fileOf, someTexts } from './corpus-text.js';

const texts = someTexts(4000);
const options = { size: 120, minFrequency: 1 };
const expected = trainVocabulary(texts, options);

async function* stream(): AsyncGenerator<string, void> {
  for (const text of texts) {
    await Promise.resolve();
    yield text;
  }
}

describe('a stream or files', () => {
  it('give the vocabulary of the same texts in a list', async () => {
    expect(expected.length).toBeGreaterThan(60);
    expect(await trainVocabularyAsync(stream(), options)).toEqual(expected);
    expect(await trainVocabularyAsync(texts, options)).toEqual(expected);
    const half = texts.length / 2;
    const files = [
      fileOf(`\ufeff${texts.slice(0, half).join('\r\n')}`),
      fileOf(gzipSync(texts.slice(half).join('\n')), 'corpus.txt.gz'),
    ];
    expect(await trainVocabularyFromFiles(files, options)).toEqual(expected);
    expect(await trainVocabularyFromFiles(fileOf(texts.join(' ')), options)).toEqual(expected);
    expect(await trainVocabularyFromFiles(fileOf(''), options)).toHaveLength(5);
    expect(await trainVocabularyFromFiles([], options)).toHaveLength(5);
  });

  it('do not cut words where a piece of the file ends', async () => {
    const word = 'banana'.repeat(2 ** 16);
    const path = fileOf(`${word} ${'é'.repeat(2 ** 19)}`);
    const vocabulary = await trainVocabularyFromFiles(path, { size: 13, minFrequency: 1 });
    expect(vocabulary).toEqual(
      trainVocabulary([`${word} ${'é'.repeat(2 ** 19)}`], { size: 13, minFrequency: 1 }),
    );
  });
});

describe('progress', () => {
  const collect = (): { reports: TrainingProgress[]; options: TrainVocabularyOptions } => {
    const reports: TrainingProgress[] = [];
    return { reports, options: { ...options, onProgress: (progress) => reports.push(progress) } };
  };

  it('of texts counts them, then tokens', () => {
    const { reports, options: watched } = collect();
    trainVocabulary(texts, watched);
    const counting = reports.filter(({ phase }) => phase === 'counting');
    expect(counting.at(-1)).toEqual({ phase: 'counting', done: texts.length, total: undefined });
    expect(counting.length).toBeGreaterThan(3);
    expect(reports.at(-1)).toEqual({ phase: 'merging', done: expected.length, total: 120 });
  });

  it('of files counts bytes', async () => {
    const { reports, options: watched } = collect();
    const [one, other] = [texts.join('\n'), texts.slice(0, 9).join('\n')];
    await trainVocabularyFromFiles([fileOf(one), fileOf(other)], watched);
    const total = Buffer.byteLength(one) + Buffer.byteLength(other);
    expect(reports.filter(({ phase }) => phase === 'counting').at(-1)).toEqual({
      phase: 'counting',
      done: total,
      total,
    });
    expect(reports.map(({ done, phase }) => (phase === 'counting' ? done : total + done))).toEqual(
      reports.map(({ done, phase }) => (phase === 'counting' ? done : total + done)).sort((a, b) => a - b),
    );
  });
});

describe('the end before time', () => {
  it('comes from a signal, while counting and while merging', async () => {
    for (const phase of ['counting', 'merging']) {
      const controller = new AbortController();
      const watched: TrainVocabularyOptions = {
        signal: controller.signal,
        onProgress: (progress) => {
          if (progress.phase === phase) controller.abort('enough');
        },
      };
      const aborted = { code: 'aborted', cause: 'enough' };
      expect(() => trainVocabulary(texts, watched)).toThrow(expect.objectContaining(aborted));
      await expect(trainVocabularyAsync(stream(), watched)).rejects.toMatchObject(aborted);
      await expect(trainVocabularyFromFiles(fileOf('a'), watched)).rejects.toMatchObject(aborted);
    }
  });

  it('comes from a timer, because the event loop gets its turn', async () => {
    async function* endless(): AsyncGenerator<string, void> {
      for (;;) {
        await Promise.resolve();
        yield 'great movie';
      }
    }
    await expect(trainVocabularyAsync(endless(), { signal: AbortSignal.timeout(200) })).rejects.toMatchObject(
      { code: 'aborted' },
    );
  });

  it('comes from what a report throws', () => {
    const onProgress = (): void => {
      throw new Error('mine');
    };
    expect(() => trainVocabulary(texts, { onProgress })).toThrow('mine');
  });
});

describe('what is refused', () => {
  it.each([
    [{ size: 1.5 }],
    [{ minFrequency: -1 }],
    [{ limitAlphabet: NaN }],
    [{ initialAlphabet: ['ab'] }],
    [{ initialAlphabet: [''] }],
    [{ specialTokens: [''] }],
    [{ specialTokens: ['[A]\n'] }],
    [{ lowercase: 'yes' as unknown as boolean }],
  ])('options %j', (bad) => {
    expect(() => trainVocabulary([], bad)).toThrow(expect.objectContaining({ code: 'bad-option' }));
  });

  it.each([['great'], [undefined], [[3]], [[null]]])('texts %j', async (bad) => {
    const refused = { code: 'bad-text' };
    expect(() => trainVocabulary(bad as unknown as string[])).toThrow(expect.objectContaining(refused));
    await expect(trainVocabularyAsync(bad as unknown as string[])).rejects.toMatchObject(refused);
  });
});

it('a word of 300,000 letters is trained in time that grows with it, not with its square', () => {
  const [word] = someTexts(1, 7);
  const long = Array.from(
    { length: 1_000_000 },
    (_, index) => 'abcdefgh'[(index * index + word.length) % 8],
  ).join('');
  expect(trainVocabulary([long], { size: 300, minFrequency: 1 }).length).toBeGreaterThan(20);
});
