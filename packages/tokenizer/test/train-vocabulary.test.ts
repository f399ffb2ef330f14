/** Fixtures: tools/reference/tokenizer_training.py (tokenizers 0.22.2 WordPieceTrainer, made deterministic). */
import { readFileSync } from 'node:fs';

import { readGoldenJson, sharedPath } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';

import { BertTokenizer, TokenizerError, trainVocabulary } from '../src/index.js';
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

run('golden vocabularies (needs ../shared: corpus)', () => {
  it('differ from ours only by ties (the reference differs from itself as much)', () => {
    const { results } = readGoldenJson<{
      results: {
        settings: { vocab_size: number; min_frequency: number; limit_alphabet?: number };
        vocab: string[];
      }[];
    }>(`${golden}/trained.json`);
    const texts = readFileSync(`${golden}/corpus.txt`, 'utf8').split('\n');
    expect(results.length).toBeGreaterThan(0);
    for (const { settings, vocab } of results) {
      const ours = trainVocabulary(texts, {
        size: settings.vocab_size,
        minFrequency: settings.min_frequency,
        limitAlphabet: settings.limit_alphabet ?? 1000,
      });
      expect(ours).toHaveLength(vocab.length);
      const theirs = new Set(vocab);
      expect(ours.filter((token) => !theirs.has(token)).length / vocab.length).toBeLessThan(0.1);
    }
  });
});
