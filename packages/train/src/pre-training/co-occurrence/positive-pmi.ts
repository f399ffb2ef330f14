import type { TokenizedDocument } from '../segment-pairs.js';

/** One row of a sparse matrix: what is not listed is 0. */
export interface SparseRow {
  /** ascending */
  readonly columns: Int32Array;
  /** one for each of `columns` */
  readonly values: Float32Array;
}

/** How pairs of tokens are counted. */
export interface CoOccurrenceOptions {
  /** V */
  readonly vocabularySize: number;
  /** tokens on either side that count as the context of a token, the next one in full, the farthest with 1 / window */
  readonly window: number;
  /** power that the counts of contexts are raised to, so that rare ones weigh less */
  readonly smoothing: number;
}

/** Counts that are kept at once, in float32: larger vocabularies are counted in several passes over the text. */
const COUNTS_AT_ONCE = 2 ** 26;

/**
 * Positive pointwise mutual information of tokens and their contexts, within documents: log(P(a, b) / P(a) P(b)) where
 * it is above 0, with the contexts' probabilities smoothed (Levy, Goldberg and Dagan, 2015, equations 3 and 6).
 * @returns V rows over V contexts; empty for tokens that do not occur
 */
export function positivePmi(
  documents: readonly TokenizedDocument[],
  { vocabularySize, window, smoothing }: CoOccurrenceOptions,
): SparseRow[] {
  const texts = documents.map((document) => concatenated(document));
  const weights = Float64Array.from({ length: window }, (_, away) => (window - away) / window);
  const sums = new Float64Array(vocabularySize); // of the rows, and by symmetry of the columns
  forEachPair(texts, weights, (a, b, weight) => {
    sums[a] += weight;
    sums[b] += weight;
  });
  const contexts = sums.map((sum) => sum ** smoothing);
  const total = contexts.reduce((sum, value) => sum + value, 0);

  const height = Math.min(vocabularySize, Math.max(1, Math.floor(COUNTS_AT_ONCE / vocabularySize)));
  const rows: SparseRow[] = [];
  for (let first = 0; first < vocabularySize; first += height) {
    const end = Math.min(first + height, vocabularySize);
    const counts = new Float32Array((end - first) * vocabularySize);
    forEachPair(texts, weights, (a, b, weight) => {
      if (a >= first && a < end) counts[(a - first) * vocabularySize + b] += weight;
      if (b >= first && b < end) counts[(b - first) * vocabularySize + a] += weight;
    });
    for (let token = first; token < end; token += 1) {
      const ofToken = counts.subarray((token - first) * vocabularySize, (token - first + 1) * vocabularySize);
      rows.push(
        sparseRow(ofToken, (count, context) => Math.log((count * total) / (sums[token] * contexts[context]))),
      );
    }
  }
  return rows;
}

function concatenated(sentences: readonly Int32Array[]): Int32Array {
  const text = new Int32Array(sentences.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const sentence of sentences) {
    text.set(sentence, filled);
    filled += sentence.length;
  }
  return text;
}

/** Each two tokens that stand close enough, once. */
function forEachPair(
  texts: readonly Int32Array[],
  weights: Float64Array,
  visit: (a: number, b: number, weight: number) => void,
): void {
  for (const text of texts) {
    for (let at = 1; at < text.length; at += 1) {
      const reach = Math.min(weights.length, at);
      for (let away = 1; away <= reach; away += 1) visit(text[at - away], text[at], weights[away - 1]);
    }
  }
}

/** The values above 0 of the counts above 0. */
function sparseRow(counts: Float32Array, valueOf: (count: number, context: number) => number): SparseRow {
  const columns: number[] = [];
  const values: number[] = [];
  for (let context = 0; context < counts.length; context += 1) {
    if (counts[context] === 0) continue;
    const value = valueOf(counts[context], context);
    if (value <= 0) continue;
    columns.push(context);
    values.push(value);
  }
  return { columns: Int32Array.from(columns), values: Float32Array.from(values) };
}
