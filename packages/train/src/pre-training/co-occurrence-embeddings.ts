import { rangeProblems, throwProblems } from '../errors.js';
import { positivePmi } from './co-occurrence/positive-pmi.js';
import { truncatedSvd } from './co-occurrence/truncated-svd.js';
import type { TokenizedDocument } from './segment-pairs.js';

/** What vectors are made. */
export interface CoOccurrenceEmbeddingOptions {
  /** V: every token id is below it */
  readonly vocabularySize: number;
  /** D: entries of a vector */
  readonly size: number;
  /** tokens on either side that count as the context of a token; default 5 */
  readonly window?: number | undefined;
  /** power that the counts of contexts are raised to, so that rare ones weigh less; default 0.75 */
  readonly smoothing?: number | undefined;
  /** root mean square of the entries of each vector; default 0.02, that of BERT's random ones */
  readonly scale?: number | undefined;
  /** of the vectors that the decomposition starts from, an integer in [0, 2^32); default 0 */
  readonly seed?: number | undefined;
}

/**
 * Vectors for tokens from which tokens they stand beside, as the start of word embeddings that a pre-training would
 * otherwise need many millions of tokens to learn: the truncated singular value decomposition of the positive pointwise
 * mutual information of tokens and contexts, U * sqrt(S) (Levy and Goldberg, 2014; Levy, Goldberg and Dagan, 2015), each
 * scaled to one length. The same text and options give the same bits on every machine. Takes a minute and a half for 17 million
 * tokens, 8,192 words and 256 entries; memory does not grow with the text beyond the text itself.
 * @param documents ids without special tokens
 * @returns [V, D] float32, row by row; a row of zeros for a token that does not occur or stands alone
 * @throws TrainError `invalid-options`, also for ids that the vocabulary does not have
 */
export function coOccurrenceEmbeddings(
  documents: readonly TokenizedDocument[],
  options: CoOccurrenceEmbeddingOptions,
): Float32Array {
  const { vocabularySize, size, window = 5, smoothing = 0.75, scale = 0.02, seed = 0 } = options;
  throwProblems('coOccurrenceEmbeddings', [
    ...rangeProblems({ vocabularySize, size, window }, 'count'),
    ...rangeProblems({ smoothing }, 'probability'),
    ...rangeProblems({ scale }, 'positive'),
    ...rangeProblems({ seed }, 'uint32'),
  ]);
  checkIds(documents, vocabularySize);
  const rows = positivePmi(documents, { vocabularySize, window, smoothing });
  const { left, singularValues } = truncatedSvd(rows, vocabularySize, size, seed);
  const vectors = new Float32Array(vocabularySize * size);
  for (let token = 0; token < vocabularySize; token += 1) {
    const vector = Float64Array.from(singularValues, (value, i) => left[token * size + i] * Math.sqrt(value));
    const norm = Math.hypot(...vector);
    if (norm === 0) continue;
    vectors.set(
      vector.map((entry) => (entry * scale * Math.sqrt(size)) / norm),
      token * size,
    );
  }
  return vectors;
}

function checkIds(documents: readonly TokenizedDocument[], vocabularySize: number): void {
  for (const [index, document] of documents.entries()) {
    for (const sentence of document) {
      const wrong = sentence.find((id) => id < 0 || id >= vocabularySize);
      if (wrong === undefined) continue;
      throwProblems('coOccurrenceEmbeddings', [
        `documents[${index}]: expected ids in [0, ${vocabularySize}), found ${wrong}`,
      ]);
    }
  }
}
