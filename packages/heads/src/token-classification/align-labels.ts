import { HeadError } from '../errors.js';
import { IGNORED_LABEL } from '../losses/softmax-cross-entropy.js';

/** Which pieces of a word carry its label. */
export interface AlignLabelsOptions {
  /** whether every piece of a word has its label, and not only the first; default false */
  readonly labelAllPieces?: boolean | undefined;
  /**
   * Names of the labels, by class. With `labelAllPieces` the further pieces of a word that is `B-LOC` are then `I-LOC`,
   * where there is such a label: a word that begins a place is one place, however many pieces it has.
   */
  readonly labelNames?: readonly string[] | undefined;
}

/**
 * Labels of words as labels of tokens: the first piece of each word has its label, other pieces, special tokens and
 * padding have -100, which counts nothing.
 * @param wordIds which word each token belongs to, null for none: `Encoding.wordIds` of `@bertune/tokenizer`
 * @param labels class of each word, or -100 for words that have none
 * @returns class of each token
 * @throws HeadError `invalid-labels` for a word without label
 * @example alignLabels([null, 0, 1, 1, null], [5, 7]) // [-100, 5, 7, -100, -100]
 */
export function alignLabels(
  wordIds: readonly (number | null)[],
  labels: readonly number[],
  { labelAllPieces = false, labelNames = [] }: AlignLabelsOptions = {},
): number[] {
  return wordIds.map((word, token) => {
    if (word === null) return IGNORED_LABEL;
    const label = labels[word];
    if (!Number.isInteger(label)) {
      throw new HeadError(
        'invalid-labels',
        `labels: expected a class for each word, found ${label} for word ${word} of token ${token}; ` +
          `there are ${labels.length} labels. Tokenize the words that the labels are for, as a list.`,
      );
    }
    if (word !== wordIds[token - 1]) return label;
    return labelAllPieces ? insideLabel(label, labelNames) : IGNORED_LABEL;
  });
}

/**
 * Classes of words from classes of tokens: that of the first piece.
 * @param wordIds as given to `alignLabels`
 * @param classes of each token
 * @param wordCount words of the text, also those that truncation left no token of
 * @returns class of each word, -100 for words without token
 */
export function wordClasses(
  wordIds: readonly (number | null)[],
  classes: ArrayLike<number>,
  wordCount: number,
): number[] {
  const result = new Array<number>(wordCount).fill(IGNORED_LABEL);
  for (const [token, word] of wordIds.entries()) {
    if (word !== null && result[word] === IGNORED_LABEL) result[word] = classes[token];
  }
  return result;
}

/** `B-LOC` to `I-LOC`. */
function insideLabel(label: number, names: readonly string[]): number {
  const name = names[label];
  if (!name?.startsWith('B-')) return label;
  const inside = names.indexOf(`I-${name.slice(2)}`);
  return inside < 0 ? label : inside;
}
