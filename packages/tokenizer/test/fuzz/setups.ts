/** Tokenizers of every mode and option, each on the path that it chooses and on the general path alone. */
import { PATH, type PathOption } from '../../src/fast/make-text-tokenizer.js';
import { BertTokenizer, type BertTokenizerOptions } from '../../src/index.js';
import { makeGeneralPath } from '../paths.js';
import { drawFrom } from './random.js';
import { LETTERS } from './texts.js';

/** One set of options, twice. */
export interface Setup {
  readonly options: BertTokenizerOptions;
  readonly auto: BertTokenizer;
  readonly general: BertTokenizer;
}

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const ALPHABET = [
  ...LETTERS,
  ...Array.from('ABCÉéüÜñßœıσςΣαаАб中文字国あア한글가ᄀ가각😀👍👨❤𫝀𫠠𐐀𐐨€£กअا़ب〮́̈½ﬀ'),
  ...Array.from('0123456789.,!?-\'"[]()$…。¿«'),
];

/** Single characters, pieces that are prefixes of each other, and words that appear in the texts. */
export function fuzzVocabulary(): readonly string[] {
  const draw = drawFrom(7);
  const pieces = new Set([
    ...SPECIAL,
    'the',
    'movie',
    'un',
    'play',
    'New',
    'new',
    'naive',
    'cafe',
    'strasse',
  ]);
  for (const each of ['##want', '##wanted', '##ing', '##ie', '##s', '##York', '##ve']) pieces.add(each);
  for (const character of ALPHABET) {
    if (draw.chance(0.9)) pieces.add(character);
    if (draw.chance(0.8)) pieces.add(`##${character}`);
  }
  for (let count = 0; count < 1500; count += 1) {
    let piece = '';
    for (let length = 2 + draw.upTo(5); length > 0; length -= 1) {
      piece += draw.pick(draw.chance(0.9) ? LETTERS : ALPHABET);
    }
    pieces.add(draw.chance(0.5) ? piece : `##${piece}`);
  }
  return [...pieces];
}

/** All combinations of the switches of each mode, and some of the rest. */
export function fuzzSetups(): readonly Setup[] {
  const vocabulary = fuzzVocabulary();
  const booleans = [true, false] as const;
  const all: BertTokenizerOptions[] = [
    ...booleans.flatMap((lowercase) =>
      booleans.flatMap((stripAccents) =>
        booleans.flatMap((tokenizeChineseChars) =>
          booleans.map((cleanText) => ({ lowercase, stripAccents, tokenizeChineseChars, cleanText })),
        ),
      ),
    ),
    ...(['google', 'tensorflow-text'] as const).flatMap((fidelity) =>
      booleans.flatMap((lowercase) => [
        { fidelity, lowercase },
        { fidelity, lowercase, maxInputCharsPerWord: 12 },
      ]),
    ),
    { maxInputCharsPerWord: 5 },
    { maxInputCharsPerWord: 5000 },
    { unkToken: 'the', modelMaxLength: 12 },
    { paddingSide: 'left', truncationSide: 'left' },
    { addedTokens: ADDED },
    { addedTokens: ADDED, lowercase: false },
    { addedTokens: ADDED.map((token) => ({ ...token, normalized: false })) },
  ];
  return all.map((options) => ({ options, ...bothPaths(vocabulary, options) }));
}

/** The same tokenizer on both paths. */
export function bothPaths(
  vocabulary: readonly string[],
  options: BertTokenizerOptions,
): Pick<Setup, 'auto' | 'general'> {
  const forced: BertTokenizerOptions & PathOption = { ...options, [PATH]: makeGeneralPath };
  return { auto: new BertTokenizer(vocabulary, options), general: new BertTokenizer(vocabulary, forced) };
}

const ADDED = [
  { content: '<ent>', special: true },
  { content: 'New York' },
  { content: 'movie', singleWord: true },
  { content: '<l>', special: true, lstrip: true },
  { content: 'Café', rstrip: true },
  { content: 'ab', normalized: false },
  { content: '<ent>2', special: true },
];
