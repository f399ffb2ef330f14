import { generator } from '../random.js';
import type { TextKind } from './tokenizer-requests.js';

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz');
const ACCENTED = Array.from('éèêëàâäáãåôöóõûüùúçñíîïýšžčřěů');
const FIRST_IDEOGRAPH = 0x4e00;
const IDEOGRAPHS = 0x9fff - FIRST_IDEOGRAPH;
const FIRST_MARK = 0x300;
const MARKS = 0x6f;
const FIRST_EMOJI = 0x1f600;
const EMOJI = 0x4f;
const JOINER = '\u200d';
/** Larger texts repeat themselves: making them letter by letter takes seconds. Up to here next to no word comes twice. */
const PATTERN_BYTES = 10_000_000;

const PIECE = 10_000;
const LONGEST_CHARACTER = 4;

/**
 * A text of a kind, the same every time.
 * @param bytes its size in UTF-8, met to within one character
 * @param texts what prose is made of
 */
export function madeText(kind: TextKind, bytes: number, texts: readonly string[]): string {
  const random = generator(bytes);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)];
  const character = (first: number, count: number): string =>
    String.fromCodePoint(first + Math.floor(random() * count));
  const maybe = (text: string, chance: number): string => (random() < chance ? text : '');
  const word = (letters: readonly string[]): string =>
    Array.from({ length: 2 + Math.floor(random() * 8) }, () => pick(letters)).join('');
  const unit: Readonly<Record<TextKind, () => string>> = {
    prose: () => `${pick(texts)} `,
    'one word': () => pick(LETTERS),
    accents: () => `${word([...ACCENTED, ...LETTERS])} `,
    'combining marks': () => pick(LETTERS) + maybe(character(FIRST_MARK, MARKS), 0.5) + maybe(' ', 0.2),
    'marks on one letter': () => character(FIRST_MARK, MARKS),
    ideographs: () => character(FIRST_IDEOGRAPH, IDEOGRAPHS),
    emoji: () => character(FIRST_EMOJI, EMOJI) + maybe(JOINER, 0.2) + maybe(' ', 0.5),
  };
  // Into one buffer piece by piece: what making the text takes must not show as what encoding it takes.
  const room = Buffer.alloc(Math.min(bytes, PATTERN_BYTES));
  let made = 0;
  while (made <= room.length - LONGEST_CHARACTER) {
    let piece = '';
    while (piece.length < PIECE) piece += unit[kind]();
    made += room.write(piece, made);
  }
  const pattern = room.subarray(0, made);
  const text = (kind === 'marks on one letter' ? 'a' : '') + Buffer.alloc(bytes, pattern).toString('utf8');
  return text.endsWith('\ufffd') ? text.slice(0, -1) : text; // a character was cut at the end
}
