/**
 * What the general path makes of one character by itself, worked out by the general path, 256 characters at a time
 * when one of them is first met. Characters whose result depends on their neighbours are marked, not tabulated.
 */
import { COMBINES, PUNCT, SPACE, classesOf } from '../text/character-classes.js';
import { normalize } from '../text/normalizer.js';
import { wordClassOf } from '../text/pre-tokenizer.js';
import type { SequenceSettings } from '../tokens/token-sequence.js';

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
/** Goes to the general path with everything round it. */
export const DEPENDS = -(12 + 2);

const CODE_POINTS = 0x110000;
const PAGE = 256;
const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;
const CAPITAL_SIGMA = 0x3a3;

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

  /** @param idOf id of a word of one code point */
  constructor(settings: SequenceSettings, idOf: (codePoint: number) => number) {
    this.#settings = settings;
    this.#idOf = idOf;
    // What lower-cases whole words tells a final sigma by looking past all kinds of characters.
    const foldsCase = settings.fidelity === 'tensorflow-text' && settings.stripAccents;
    this.isLocal = settings.fidelity === 'huggingface' || foldsCase || !settings.lowercase;
  }

  /** The action of a code point, or of a lone surrogate. */
  actionOf(codePoint: number): number {
    const isSurrogate = codePoint >= FIRST_SURROGATE && codePoint < AFTER_SURROGATES;
    const shift = isSurrogate ? CODE_POINTS - FIRST_SURROGATE : 0;
    if (this.actions[codePoint + shift] === 0) {
      const first = codePoint - (codePoint % PAGE);
      for (let c = first; c < first + PAGE; c += 1) this.actions[c + shift] = this.#workOut(c);
    }
    return this.actions[codePoint + shift];
  }

  #workOut(codePoint: number): number {
    const { fidelity, stripAccents } = this.#settings;
    if (codePoint === CAPITAL_SIGMA && !this.isLocal) return DEPENDS;
    const text = String.fromCodePoint(codePoint);
    const { codePoints } = normalize(text, 0, text.length, this.#settings);
    const classes = codePoints.map((c) => wordClassOf(c, fidelity));
    const visible = codePoints.filter((_, index) => classes[index] !== SPACE);
    if (visible.length === 0) return codePoints.length === 0 ? DROPS : ENDS;
    // Marks that stay change places with their neighbours; lone surrogates could meet another.
    if (visible.some((c) => (stripAccents && classesOf(c) & COMBINES) || isSurrogateOrNul(c))) return DEPENDS;
    const alone = classes.includes(PUNCT) || (classes[0] === SPACE && classes.at(-1) === SPACE);
    if (visible.length === 1 && alone) return -((this.#idOf(visible[0]) + 1) * 4 + WORD);
    if (visible.length < codePoints.length || alone) return DEPENDS;
    const word = String.fromCodePoint(...visible);
    if (word.length === 1) return word.charCodeAt(0);
    const place = this.parts.push(word.length) - 1;
    for (let index = 0; index < word.length; index += 1) this.parts.push(word.charCodeAt(index));
    return -(place * 4 + PARTS);
  }
}

/** NUL, kept by a tokenizer that does not clean, would look like an action that is not worked out. */
function isSurrogateOrNul(codePoint: number): boolean {
  return codePoint === 0 || (codePoint >= FIRST_SURROGATE && codePoint < AFTER_SURROGATES);
}
