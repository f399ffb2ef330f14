import { rangeProblems, throwProblems } from '../errors.js';
import type { RandomStream } from '../random.js';
import { shuffle } from '../shuffle.js';

/** What masking must know of a vocabulary. */
export interface MaskingVocabulary {
  /** V, ids that a random replacement is drawn from */
  readonly size: number;
  readonly maskTokenId: number;
  /** ids that are never chosen: `[CLS]`, `[SEP]` and the like */
  readonly specialTokenIds: ReadonlySet<number>;
  /** whether a token goes on a word (`##ing`); needed for whole words only */
  readonly continuesWord?: ((id: number) => boolean) | undefined;
}

/** Which tokens are chosen, and what becomes of them. */
export interface MaskingOptions {
  /** share of the tokens that are to be predicted; default 0.15 */
  readonly probability?: number | undefined;
  /** most tokens to predict in one text, P; default 20 */
  readonly maxPredictions?: number | undefined;
  /** whether all pieces of a word are chosen together; default false */
  readonly wholeWords?: boolean | undefined;
}

/** Options with their defaults. */
export type MaskingSettings = {
  readonly [Name in keyof MaskingOptions]-?: NonNullable<MaskingOptions[Name]>;
};

/** Of the chosen tokens, this share becomes `[MASK]`; of the others half stays, half becomes a random token. */
const MASKED = 0.8;

/**
 * Fills in defaults.
 * @throws TrainError `invalid-options`
 */
export function maskingSettings(
  options: MaskingOptions,
  { continuesWord }: MaskingVocabulary,
): MaskingSettings {
  const { probability = 0.15, maxPredictions = 20, wholeWords = false } = options;
  throwProblems('masking', [
    ...rangeProblems({ probability }, 'probability'),
    ...rangeProblems({ maxPredictions }, 'count'),
    ...(wholeWords && !continuesWord ? ['wholeWords needs vocabulary.continuesWord'] : []),
  ]);
  return { probability, maxPredictions, wholeWords };
}

/**
 * Chooses tokens to predict and replaces them in place, as BERT's pre-training does (arXiv:1810.04805, 3.1): 80 % by
 * `[MASK]`, 10 % by a token drawn from the whole vocabulary, 10 % not at all. How many: the rounded share of all tokens,
 * at least one, at most `maxPredictions`. A whole word that would exceed the number is passed over, not divided; what
 * its pieces become is drawn for each.
 * @param ids of one text with its special tokens; changed
 * @returns places of the chosen tokens, ascending; fewer than asked where there are not as many ordinary tokens
 */
export function maskTokens(
  ids: Int32Array,
  vocabulary: MaskingVocabulary,
  settings: MaskingSettings,
  random: RandomStream,
): number[] {
  const words = wordsOf(ids, vocabulary, settings.wholeWords);
  const wanted = predictionsWanted(ids.length, settings);
  const chosen: number[] = [];
  for (const word of shuffle(words, random)) {
    if (chosen.length >= wanted) break;
    if (chosen.length + word.length <= wanted) chosen.push(...word);
  }
  for (const at of chosen) {
    if (random.chance(MASKED)) ids[at] = vocabulary.maskTokenId;
    else if (random.chance(0.5)) ids[at] = random.below(vocabulary.size);
  }
  return chosen.sort((a, b) => a - b);
}

/** How many tokens of a text of so many, special ones included, are to be predicted. */
export function predictionsWanted(
  length: number,
  { probability, maxPredictions }: Pick<MaskingSettings, 'probability' | 'maxPredictions'>,
): number {
  return Math.min(maxPredictions, Math.max(1, roundHalfEven(length * probability)));
}

/** Places of the tokens that can be chosen, those of a word together. */
function wordsOf(ids: Int32Array, vocabulary: MaskingVocabulary, wholeWords: boolean): number[][] {
  const words: number[][] = [];
  let isOpen = false; // whether the token before belongs to a word that may go on
  for (const [at, id] of ids.entries()) {
    const isSpecial = vocabulary.specialTokenIds.has(id);
    if (!isSpecial) {
      if (wholeWords && isOpen && vocabulary.continuesWord?.(id)) words[words.length - 1].push(at);
      else words.push([at]);
    }
    isOpen = !isSpecial;
  }
  return words;
}

/** Rounds to the nearest integer, halves to the even one, as Python's `round`. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const isHalf = value - floor === 0.5;
  return isHalf ? floor + (floor % 2) : Math.round(value);
}
