/** The fast path gives what the general path gives. A short run of `pnpm test:fuzz`, and the fuzz itself under test. */
import { describe, expect, it, jest } from '@jest/globals';

import { FastTokenizer } from '../src/fast/fast-tokenizer.js';
import { BertTokenizer, type BertTokenizerOptions } from '../src/index.js';
import { main } from './fuzz/command.js';
import { fuzz } from './fuzz/fuzz.js';
import { drawFrom } from './fuzz/random.js';
import { bothPaths, fuzzSetups, fuzzVocabulary, type Setup } from './fuzz/setups.js';
import { randomText } from './fuzz/texts.js';

describe('random texts', () => {
  it('are the same on both paths, in every mode', () => {
    const lines: string[] = [];
    const code = main(['--count', '5000', '--seed', '1'], (line) => lines.push(line));
    expect([code, lines.at(-1)]).toEqual([
      0,
      expect.stringContaining('5000 texts: both paths give the same'),
    ]);
  });

  it('are what they should be: long and short, with every kind of character, the same for a seed', () => {
    const texts = (seed: number): string[] => {
      const draw = drawFrom(seed);
      const words: string[] = [];
      return Array.from({ length: 3000 }, () => randomText(draw, words));
    };
    const made = texts(1);
    expect(texts(1)).toEqual(made);
    expect(texts(2)).not.toEqual(made);
    expect(new Set(made).size).toBeGreaterThan(2000);
    expect(Math.max(...made.map(({ length }) => length))).toBeGreaterThan(400);
    const kinds = [
      /^[a-h ]+$/,
      /^$/,
      /\p{Mn}{2}/u,
      /\p{Script=Han}/u,
      /\p{Cs}/u,
      /\p{Emoji_Presentation}/u,
      /\p{Cn}/u,
    ];
    for (const kind of kinds) expect(made.filter((text) => kind.test(text)).length).toBeGreaterThan(20);
  });

  it('come in every mode, with every switch, and go the fast way', () => {
    const setups = fuzzSetups();
    expect(new Set(setups.map(({ auto }) => auto.settings.fidelity)).size).toBe(3);
    expect(setups.length).toBeGreaterThan(25);
    const fast = jest.spyOn(FastTokenizer.prototype, 'appendIds');
    const isFast = (tokenizer: BertTokenizer): boolean => {
      fast.mockClear();
      tokenizer.encode('abc');
      return fast.mock.calls.length > 0;
    };
    expect(setups.filter(({ general }) => isFast(general))).toEqual([]);
    expect(setups.filter(({ auto }) => !isFast(auto))).toEqual([]);
    fast.mockRestore();
  });
});

describe('a difference', () => {
  const vocabulary = fuzzVocabulary();
  const broken = (options: BertTokenizerOptions): Pick<Setup, 'auto' | 'general'> => ({
    auto: bothPaths(vocabulary, options).auto,
    general: new BertTokenizer(vocabulary, { ...options, stripAccents: false }),
  });

  it('is found, and made as small as it gets', () => {
    const found = fuzz({
      count: 2000,
      seed: 3,
      setups: [{ options: {}, ...broken({}) }],
      fresh: broken,
    });
    expect(found?.alone).toBe(true);
    expect(found?.call.options).toEqual({});
    expect(found?.call.inputs).toHaveLength(1);
    const [text] = found?.call.inputs ?? [];
    // One character with an accent, or one mark.
    expect((text as string).normalize('NFD')).toMatch(/^[^\p{Mn}]{0,2}\p{Mn}+$/u);
    expect(found?.auto).not.toEqual(found?.general);
  });

  it('that takes the texts before it is reported as it was met', () => {
    const found = fuzz({
      count: 2000,
      seed: 3,
      setups: [{ options: {}, ...broken({}) }],
      fresh: (options) => bothPaths(vocabulary, options),
    });
    expect(found?.alone).toBe(false);
    expect(found?.auto).not.toEqual(found?.general);
  });

  it('is not looked for under options that do not exist', () => {
    const lines: string[] = [];
    expect(main(['--seeds', '1'], (line) => lines.push(line))).toBe(2);
    expect(lines).toEqual(['test:fuzz: expected --count N and --seed N, found --seeds 1']);
  });
});
