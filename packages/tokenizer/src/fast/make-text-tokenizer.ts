import { FIDELITIES } from '../text/fidelity.js';
import type { SequenceSettings, SequenceTokenizer } from '../tokens/token-sequence.js';
import type { TextTokenizer } from '../tokens/text-tokenizer.js';
import type { Vocabulary } from '../wordpiece/vocabulary.js';
import { wordPieces } from '../wordpiece/wordpiece.js';
import { CharacterTable } from './character-table.js';
import { FastTokenizer } from './fast-tokenizer.js';
import { Scanner } from './scanner.js';
import { WordPieces } from './word-pieces.js';

/** Whoever allows longer words than this gets the general path: the fast one holds a word in memory. */
const LONGEST_WORD = 1000;

/**
 * The key of an option of `BertTokenizer` that is for tests: `{ [PATH]: 'general' }` leaves the fast path out. Not part
 * of the package's interface.
 */
export const PATH = Symbol('path');

/** Options of a tokenizer, with that one. */
export interface PathOption {
  readonly [PATH]?: 'auto' | 'general';
}

/** The fastest path that gives what the general one gives. */
export function makeTextTokenizer(
  general: SequenceTokenizer,
  vocabulary: Vocabulary,
  unknownId: number,
  settings: SequenceSettings,
  options: PathOption,
): TextTokenizer {
  const { maxInputCharsPerWord, fidelity } = settings;
  if (options[PATH] === 'general' || general.findsNormalized || maxInputCharsPerWord > LONGEST_WORD) {
    return general;
  }
  const limit = { maxInputCharsPerWord, wordLimitUnit: FIDELITIES[fidelity].wordLimitUnit };
  return new FastTokenizer(general, vocabulary.tokens, () => {
    const table = new CharacterTable(
      settings,
      (codePoint) => wordPieces([codePoint], 0, 1, vocabulary, unknownId, limit)[0].id,
    );
    return new Scanner(table, new WordPieces(vocabulary, unknownId, limit), unknownId, general);
  });
}
