/**
 * What the general path makes of one character by itself, worked out by the general path, 256 characters at a time
 * when one of them is first met. Characters whose result depends on their neighbours are marked, not tabulated.
 */
import { COMBINES, PUNCT, SPACE, classesOf } from '../text/character-classes.js';
import { normalize } from '../text/normalizer.js';
import { wordClassOf } from '../text/word-class.js';
import type { SequenceSettings } from '../tokens/text-tokenizer.js';

/**
 * A positive action is the UTF-16 unit that goes into the word. 0: not worked out yet. A negative one is
 * `-(value * 4 + kind)`: kind `WORD`, a word by itself, whose id is `value - 1`; kind `PARTS`, several units for the
 * word, at `parts[value]`, after their number; or one of the constants here.
 */
const WORD = 0;
/** See `WORD`. */
export const PARTS = 1;
/** Ends a word. */
export const ENDS = -(4 + 2);
/** Vanishes. */
export const DROPS = -(8 + 2);
/** Is to be normalised together with everything round it. */
export const DEPENDS = -(12 + 2);

const CODE_POINTS = 0x110000;
const PAGE = 256;
const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;
const CAPITAL_SIGMA = 0x3a3;
const ENDS_IN_MARK = /\p{M}$/u;
/** Stands for a lone surrogate in a word: no piece has one, and this half makes no pair with what is before it. */
export const LONE_SURROGATE = '\udc00';

/** Actions by code point. */
export class CharacterTable {
  /**
   * One per code point; where it is 0, ask `actionOf`. Always 0 for surrogates, whose second half has to be looked at;
   * what becomes of lone ones stands behind the last code point.
   */
  readonly actions = new Int32Array(CODE_POINTS + AFTER_SURROGATES - FIRST_SURROGATE);
  /** Lists of units, each with its length before it. */
  readonly parts: number[] = [];
  /** Whether a character that depends on its neighbours is not influenced by those beyond a space or a `WORD`. */
  readonly isLocal: boolean;
  readonly #settings: SequenceSettings;
  readonly #idOf: (codePoint: number) => number;
  readonly #isNormalized: boolean;

  /**
   * @param idOf id of a word of one code point
   * @param isNormalized whether characters are normalised already: then none depends on others
   */
  constructor(settings: SequenceSettings, idOf: (codePoint: number) => number, isNormalized = false) {
    this.#settings = settings;
    this.#idOf = idOf;
    this.#isNormalized = isNormalized;
    // It tells a final sigma by looking past all kinds of characters.
    this.isLocal = settings.fidelity !== 'google' || !settings.lowercase;
  }

  /** The action of a code point, or of a lone surrogate. */
  actionOf(codePoint: number): number {
    const shift = isSurrogate(codePoint) ? CODE_POINTS - FIRST_SURROGATE : 0;
    if (this.actions[codePoint + shift] === 0) {
      const first = codePoint - (codePoint % PAGE);
      for (let c = first; c < first + PAGE; c += 1) this.actions[c + shift] = this.#workOut(c);
    }
    return this.actions[codePoint + shift];
  }

  #workOut(codePoint: number): number {
    const { fidelity, stripAccents } = this.#settings;
    const text = String.fromCodePoint(codePoint);
    let codePoints: readonly number[] = [codePoint];
    if (!this.#isNormalized) {
      if (codePoint === CAPITAL_SIGMA && !this.isLocal) return DEPENDS;
      ({ codePoints } = normalize(text, 0, text.length, this.#settings));
    }
    const classes = codePoints.map((c) => wordClassOf(c, fidelity));
    const visible = codePoints.filter((_, index) => classes[index] !== SPACE);
    const alone = classes.includes(PUNCT) || (classes[0] === SPACE && classes.at(-1) === SPACE);
    if (!this.#isNormalized) {
      // Marks that stay change places with their neighbours.
      if (stripAccents && visible.some((c) => classesOf(c) & COMBINES)) return DEPENDS;
      // So may, where case is folded before accents are stripped, a mark that a space or a punctuation mark folds to.
      if (alone && fidelity === 'tensorflow-text' && ENDS_IN_MARK.test(text.normalize('NFKD')))
        return DEPENDS;
    }
    if (visible.length === 0) return codePoints.length === 0 ? DROPS : ENDS;
    if (visible.length === 1 && alone) return -((this.#idOf(visible[0]) + 1) * 4 + WORD);
    if (visible.length < codePoints.length || alone) return DEPENDS;
    const word = visible.map((c) => (isSurrogate(c) ? LONE_SURROGATE : String.fromCodePoint(c))).join('');
    // NUL, kept by a tokenizer that does not clean, would look like an action that is not worked out.
    if (word.length === 1 && word !== '\0') return word.charCodeAt(0);
    const place = this.parts.push(word.length) - 1;
    for (let index = 0; index < word.length; index += 1) this.parts.push(word.charCodeAt(index));
    return -(place * 4 + PARTS);
  }
}

/** Whether it is half a character. */
export function isSurrogate(codePoint: number): boolean {
  return codePoint >= FIRST_SURROGATE && codePoint < AFTER_SURROGATES;
}
