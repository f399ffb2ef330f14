import { rangeProblems, throwProblems } from '../errors.js';
import { RandomStream } from '../random.js';
import { shuffle } from '../shuffle.js';
import type { TokenizedDocument } from './segment-pairs.js';

/** How documents are packed. */
export interface PackedTextOptions {
  /** tokens of a text, `[CLS]` and `[SEP]` included; default 128 */
  readonly maxLength?: number | undefined;
  /** put between documents that share a text */
  readonly sepTokenId: number;
  /** of the order of the documents, an integer in [0, 2^32); default 0 */
  readonly seed?: number | undefined;
  /** which of several passes over the same documents, from 0; each packs differently; default 0 */
  readonly pass?: number | undefined;
}

/** `[CLS] … [SEP]`. */
const SPECIAL_TOKENS = 2;

/**
 * Packs documents, in random order, into texts that are all of the same length: no token is padding. A text goes on over
 * the end of a document, with `[SEP]` between, as RoBERTa's full sentences (arXiv:1907.11692, 4.2); sentences are cut
 * where a text is full. The rest that does not fill a text is left out. For masked language models without next
 * sentences.
 * @returns ids of each text, without the special tokens around it
 * @throws TrainError `invalid-options`
 */
export function* packedTexts(
  documents: readonly TokenizedDocument[],
  options: PackedTextOptions,
): Generator<Int32Array> {
  const { maxLength = 128, sepTokenId, seed = 0, pass = 0 } = options;
  throwProblems('packedTexts', [
    ...rangeProblems({ seed, pass }, 'uint32'),
    ...rangeProblems({ 'maxLength less its 2 special tokens': maxLength - SPECIAL_TOKENS }, 'count'),
  ]);
  const order = shuffle([...documents.keys()], new RandomStream(seed, pass));
  let text = new Int32Array(maxLength - SPECIAL_TOKENS);
  let filled = 0;
  for (const [place, index] of order.entries()) {
    const parts = place === 0 ? documents[index] : [Int32Array.of(sepTokenId), ...documents[index]];
    for (const part of parts) {
      for (let from = 0; from < part.length;) {
        const fitting = part.subarray(from, from + text.length - filled);
        text.set(fitting, filled);
        filled += fitting.length;
        from += fitting.length;
        if (filled < text.length) continue;
        yield text;
        text = new Int32Array(text.length);
        filled = 0;
      }
    }
  }
}
