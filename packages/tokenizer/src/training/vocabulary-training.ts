/**
 * Learns a WordPiece vocabulary: begin with characters, merge the most frequent pair of neighbours, repeat.
 * The algorithm of Hugging Face's WordPieceTrainer (BertWordPieceTokenizer.train), which is byte-pair encoding with
 * `##` on every piece that does not begin a word. Where that one leaves the order to a hash table, this one sorts.
 */
import { chooseAlphabet } from './alphabet.js';
import { mergePieces } from './merge-pieces.js';
import { spell } from './pieces.js';
import { TokenList } from './token-list.js';
import type { TrainingSettings } from './training-options.js';
import { WordCounter } from './word-counter.js';

/** One training: add texts, then take steps until there is a vocabulary. */
export class VocabularyTraining {
  readonly #settings: TrainingSettings;
  readonly #counter: WordCounter;

  constructor(settings: TrainingSettings) {
    this.#settings = settings;
    this.#counter = new WordCounter(settings.normalizer);
  }

  /** Counts the words of a text. */
  add(text: string): void {
    this.#counter.add(text);
  }

  /** @returns steps of some milliseconds; the last one's result is the vocabulary */
  *steps(): Generator<void, readonly string[]> {
    const { size, specialTokens, initialAlphabet, limitAlphabet, report } = this.#settings;
    const words = this.#counter.counts;
    const tokens = new TokenList(specialTokens);
    const alphabet = chooseAlphabet(words, initialAlphabet, limitAlphabet);
    const pieces = spell(words, alphabet, tokens);
    for (const done of mergePieces(pieces, words.counts, tokens, this.#settings)) {
      report({ phase: 'merging', done, total: size });
      yield;
    }
    report({ phase: 'merging', done: tokens.tokens.length, total: size });
    return tokens.tokens;
  }
}
