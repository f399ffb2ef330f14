import { FIDELITIES } from '../text/fidelity.js';
import { findAddedTokens } from '../tokens/find-added-tokens.js';
import type { MakeTextTokenizer } from '../tokens/text-tokenizer.js';
import { FastTokenizer } from './fast-tokenizer.js';
import { Scanner } from './scanner.js';
import { WordPieces } from './word-pieces.js';

/**
 * The key of an option of `BertTokenizer` that is for tests: the path from text to tokens, in place of the fast one. Not
 * part of the package's interface.
 */
export const PATH = Symbol('path');

/** Options of a tokenizer, with that one. */
export interface PathOption {
  readonly [PATH]?: MakeTextTokenizer;
}

/** The fast path. */
export const makeTextTokenizer: MakeTextTokenizer = (vocabulary, unknownId, settings, addedTokens) =>
  new FastTokenizer(findAddedTokens(addedTokens, settings), settings, vocabulary.tokens, () => {
    const { maxInputCharsPerWord, fidelity } = settings;
    const limit = { maxInputCharsPerWord, wordLimitUnit: FIDELITIES[fidelity].wordLimitUnit };
    return new Scanner(new WordPieces(vocabulary, unknownId, limit), settings, unknownId, false);
  });
