/** Random texts that look for trouble. */
import type { Draw } from './random.js';

/** Few letters, so that words meet the pieces of the vocabulary. */
export const LETTERS = Array.from('abcdefgh');

const RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x20, 0x7e], // ASCII
  [0x00, 0x1f], // controls
  [0x7f, 0xff], // Latin-1 and its controls
  [0x100, 0x24f], // Latin with accents, case pairs of every kind
  [0x300, 0x36f], // combining marks
  [0x370, 0x52f], // Greek, Cyrillic
  [0x590, 0x6ff], // Hebrew, Arabic
  [0x900, 0xdff], // Indic, Thai
  [0x1100, 0x11ff], // jamo
  [0x1ab0, 0x1aff], // more marks
  [0x1e00, 0x1fff], // composed of several marks
  [0x2000, 0x206f], // spaces, joiners, punctuation
  [0x20d0, 0x20f0], // marks for symbols
  [0x2150, 0x218f], // numbers with case
  [0x2c00, 0x2dff],
  [0x3000, 0x30ff], // punctuation, kana
  [0x302a, 0x302f], // marks between others in order
  [0x4e00, 0x9fff], // ideographs
  [0xa640, 0xa7ff],
  [0xac00, 0xd7a3], // Hangul
  [0xd800, 0xdfff], // lone surrogates
  [0xf900, 0xfaff], // compatibility ideographs
  [0xfb00, 0xfeff], // ligatures, presentation forms, byte order mark
  [0xff00, 0xffff], // full width, replacement character
  [0x10400, 0x1044f], // case pairs beyond the BMP
  [0x1d100, 0x1d2ff], // musical symbols, which decompose
  [0x1e900, 0x1e94a],
  [0x1f300, 0x1faff], // emoji
  [0x20000, 0x2b920], // more ideographs, and the gap
  [0x2f800, 0x2fa1f], // that decompose
  [0xe0000, 0xe01ff], // tags, variation selectors
  [0x0, 0x10ffff],
];

const PIECES = [
  ...['the', 'movie', 'Movie', 'MOVIE', 'unwanted', 'playing', 'New York', 'naïve', 'cafe\u0301', 'Straße'],
  ...[
    '[MASK]',
    '[CLS]',
    '[SEP]',
    '[UNK]',
    '[PAD]',
    '[mask]',
    '[MAS',
    'MASK]',
    '<ent>',
    '<ent>2',
    'Café',
    '<l>',
  ],
  ...['ΣΑΣ', 'Σ', 'σς', 'İ', 'ı', 'ẞ', 'ﬀ', 'ŉ', 'ǆ', '½', '\u0345', '\u0340', '\u0344', '한글', '가\u11a8'],
  ...['\u1100\u1161\u11a8', '中文', '𫝀𫠠', '😀', '👨‍👩‍👧', '❤️', '🇩🇪', '\ud83d', '\ude00', '\u0000', '\ufffd'],
  ...[
    '\u00ad',
    '\u200b',
    '\u200d',
    '\u2028',
    '\u3000',
    '\u00a0',
    '\t',
    '\n',
    '\r\n',
    '...',
    "don't",
    '$5.00',
    '¿',
  ],
];

const REMEMBERED = 500;

/**
 * One text after the other.
 * @param words are remembered here and come again, so that what a cache holds is asked for
 */
export function randomText(draw: Draw, words: string[]): string {
  let text = '';
  const parts = draw.chance(0.02) ? 120 : draw.upTo(9);
  const plain = draw.chance(0.3);
  for (let part = 0; part < parts; part += 1) {
    text += plain ? randomWord(draw, words) : randomPart(draw, words);
    if (draw.chance(0.5)) text += ' ';
  }
  return text;
}

function randomPart(draw: Draw, words: string[]): string {
  switch (draw.upTo(7)) {
    case 0:
      return draw.pick(PIECES);
    case 1:
      return marks(draw, randomWord(draw, words));
    case 2:
    case 3: {
      const range = draw.pick(RANGES);
      return Array.from({ length: 1 + draw.upTo(4) }, () => character(draw, range)).join('');
    }
    case 4:
      return String.fromCharCode(draw.upTo(0x10000));
    default:
      return randomWord(draw, words);
  }
}

/** Letters of the vocabulary, now and then about as long as the limit of a word, or in capitals. */
function randomWord(draw: Draw, words: string[]): string {
  if (words.length > 0 && draw.chance(0.3)) return draw.pick(words);
  const length = draw.chance(0.01) ? 95 + draw.upTo(120) : 1 + draw.upTo(draw.chance(0.1) ? 30 : 7);
  let word = '';
  for (let index = 0; index < length; index += 1) word += draw.pick(LETTERS);
  if (draw.chance(0.1)) word = word.toUpperCase();
  words[words.length < REMEMBERED ? words.length : draw.upTo(REMEMBERED)] = word;
  return word;
}

/** Puts marks into a word, several in any order behind one letter. */
function marks(draw: Draw, word: string): string {
  const at = draw.upTo(word.length + 1);
  const range = draw.pick([RANGES[4], RANGES[9], RANGES[16], RANGES[6]]);
  const added = Array.from({ length: 1 + draw.upTo(4) }, () => character(draw, range)).join('');
  return word.slice(0, at) + added + word.slice(at);
}

function character(draw: Draw, [first, last]: readonly [number, number]): string {
  return String.fromCodePoint(first + draw.upTo(last - first + 1));
}
