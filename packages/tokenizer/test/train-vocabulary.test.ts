/** Fixtures: tools/reference/tokenizer_training.py (tokenizers 0.22.2 WordPieceTrainer, made deterministic). */
import { readFileSync } from 'node:fs';

import { readGoldenJson, sharedPath } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';

import { BertTokenizer, TokenizerError, trainVocabulary } from '../src/index.js';
import { NaiveTrainer, joinPieces } from './naive-trainer.js';
import { specialTokens } from './small-vocabulary.js';

interface Trained {
  texts: string[];
  results: {
    size: number;
    minFrequency: number;
    limitAlphabet: number;
    lowercase: boolean;
    vocabulary: string[];
  }[];
}

const reference = JSON.parse(
  readFileSync(new URL('golden/training.json', import.meta.url), 'utf8'),
) as Trained;

describe('trainVocabulary', () => {
  it.each(reference.results)(
    'gives the list of the reference: size $size, minFrequency $minFrequency, limitAlphabet $limitAlphabet',
    ({ vocabulary, ...options }) => {
      expect(trainVocabulary(reference.texts, options)).toEqual(vocabulary);
    },
  );

  it('does not depend on the order of the texts', () => {
    const forward = trainVocabulary(reference.texts, { size: 300 });
    expect(trainVocabulary([...reference.texts].reverse(), { size: 300 })).toEqual(forward);
  });

  it('gives a vocabulary that a tokenizer takes, and that spells every word it has seen', () => {
    const vocabulary = trainVocabulary(reference.texts, { size: 200, minFrequency: 1 });
    expect(vocabulary).toHaveLength(200);
    expect(vocabulary.slice(0, 5)).toEqual(specialTokens);
    const tokenizer = new BertTokenizer(vocabulary);
    for (const text of reference.texts) expect(tokenizer.encode(text).tokens).not.toContain('[UNK]');
  });

  it('keeps the initial alphabet and own special tokens', () => {
    const vocabulary = trainVocabulary(['aa bb'], {
      initialAlphabet: 'xyz',
      specialTokens: ['<p>'],
      limitAlphabet: 4,
    });
    expect(vocabulary).toEqual(['<p>', 'a', 'x', 'y', 'z', '##a']);
  });

  it('gives special tokens alone for no text, and refuses bad numbers', () => {
    expect(trainVocabulary([])).toEqual(specialTokens);
    expect(() => trainVocabulary([], { size: -1 })).toThrow(TokenizerError);
  });
});

const golden = sharedPath('golden/tokenizer/wordpiece-training');
const run = golden === undefined ? describe.skip : describe;

interface GoldenTraining {
  settings: { vocab_size: number; min_frequency: number; limit_alphabet?: number };
  vocab: string[];
}

/** Index of the first token of a list that was not among the most frequent when it was taken; -1 when there is none. */
function firstNotBest(texts: readonly string[], { settings, vocab }: GoldenTraining): number {
  const isCharacter = (token: string): boolean => [...token.replace(/^##/, '')].length === 1;
  const merges = vocab.findIndex((token, index) => index >= specialTokens.length && !isCharacter(token));
  if (merges === -1) return -1;
  const characters = vocab.slice(specialTokens.length, merges);
  const trainer = new NaiveTrainer(texts, new Set(characters.filter((token) => !token.startsWith('##'))));
  const known = new Set(vocab.slice(0, merges));
  for (let index = merges; index < vocab.length;) {
    const { count, pairs } = trainer.best();
    if (count < settings.min_frequency) return index;
    const theirs = pairs.find((pair) => joinPieces(pair) === vocab[index]);
    // A pair that gives a token once more is merged without a trace.
    const pair = theirs ?? pairs.find((each) => known.has(joinPieces(each)));
    if (pair === undefined) return index;
    trainer.merge(pair);
    if (theirs !== undefined) known.add(vocab[index++]);
  }
  return -1;
}

run('golden vocabularies (needs ../shared: corpus)', () => {
  const { results } = readGoldenJson<{ results: GoldenTraining[] }>(`${golden}/trained.json`);
  const texts = readFileSync(`${golden}/corpus.txt`, 'utf8').split('\n');

  it.each(results)('differ from ours by ties alone: $settings', (result) => {
    const { settings, vocab } = result;
    const ours = trainVocabulary(texts, {
      size: settings.vocab_size,
      minFrequency: settings.min_frequency,
      limitAlphabet: settings.limit_alphabet ?? 1000,
    });
    expect(ours).toHaveLength(vocab.length);
    expect(firstNotBest(texts, { settings, vocab: [...ours] })).toBe(-1);
    expect(firstNotBest(texts, result)).toBe(-1);
  });

  it('and what is more than a tie is found', () => {
    const [{ settings, vocab }] = results;
    const swapped = [...vocab];
    const last = swapped.length - 1;
    const merges = swapped.findIndex((token) => /^(##)?\w{2,}$/u.test(token));
    [swapped[merges], swapped[last]] = [swapped[last], swapped[merges]];
    expect(firstNotBest(texts, { settings, vocab: swapped })).toBe(merges);
  });
});
