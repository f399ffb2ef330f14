/** The general path: one text, cut into tokens step by step, as the reference does it. What the fast path is held to. */
import { normalize } from '../text/normalizer.js';
import { FIDELITIES } from '../text/fidelity.js';
import { stringOf } from '../text/normalized-text.js';
import type { NormalizedText } from '../text/normalized-text.js';
import type { ResolvedAddedToken } from '../tokens/added-tokens.js';
import { findAddedTokens } from '../tokens/find-added-tokens.js';
import type { AddedTokenFinders } from '../tokens/find-added-tokens.js';
import type { IdList } from '../tokens/id-list.js';
import type { SequenceSettings, TextInput, TextTokenizer } from '../tokens/text-tokenizer.js';
import type { Vocabulary } from '../wordpiece/vocabulary.js';
import type { WordLimit } from '../wordpiece/word-limit.js';
import { splitWords } from './split-words.js';
import { wordPieces } from './wordpiece.js';
import type { Piece } from './wordpiece.js';

/** The tokens of a text while they are listed: one entry per token. */
export interface TokenList {
  readonly ids: number[];
  readonly tokens: string[];
  /** Start in the original text (of its word, for pre-split input), in UTF-16 code units. */
  readonly starts: number[];
  /** End. */
  readonly ends: number[];
  /** Which word the token is part of, from 0. */
  readonly words: number[];
}

/** Looks on while a text is cut; `explain` is made of what it sees. Places are UTF-16 code units of the text. */
export interface SequenceObserver {
  /** Text between added tokens begins: `from` to `to`, and what normalisation made of it. */
  text(from: number, to: number, normalized: NormalizedText): void;
  /** An added token stands here, found in the text as written or in its normalised form. */
  added(id: number, from: number, to: number, matched: 'written' | 'normalized'): void;
  /** Code points `from` to `to` of `part` are a word, cut into these pieces. */
  word(part: NormalizedText, from: number, to: number, pieces: readonly Piece[]): void;
}

/** Text -> tokens with their places in the text. */
export class SequenceTokenizer implements TextTokenizer {
  readonly #added: AddedTokenFinders;
  readonly #vocabulary: Vocabulary;
  readonly #unknownId: number;
  readonly #settings: SequenceSettings;
  readonly #limit: WordLimit;
  readonly #longestPiece: number;

  constructor(
    vocabulary: Vocabulary,
    unknownId: number,
    settings: SequenceSettings,
    addedTokens: readonly ResolvedAddedToken[],
  ) {
    const { maxInputCharsPerWord, fidelity } = settings;
    this.#limit = { maxInputCharsPerWord, wordLimitUnit: FIDELITIES[fidelity].wordLimitUnit };
    this.#vocabulary = vocabulary;
    this.#longestPiece = vocabulary.tokens.reduce((longest, { length }) => Math.max(longest, length), 0);
    this.#unknownId = unknownId;
    this.#settings = settings;
    this.#added = findAddedTokens(addedTokens, settings);
  }

  /**
   * @param input a text, or a list of words that are each tokenised by themselves
   * @param observer told of every step
   */
  tokenize(input: TextInput, observer?: SequenceObserver): TokenList {
    const out: TokenList = emptyList();
    if (typeof input === 'string') this.#text(input, undefined, out, observer);
    else input.forEach((word, index) => this.#text(word, index, out, observer));
    return out;
  }

  appendIds(input: TextInput, _limit: number, ids: IdList): void {
    for (const id of this.tokenize(input).ids) ids.push(id);
  }

  tokens(input: TextInput): readonly string[] {
    return this.tokenize(input).tokens;
  }

  places(input: TextInput): readonly number[] {
    const { starts, ends, words } = this.tokenize(input);
    return starts.flatMap((start, index) => [start, ends[index], words[index]]);
  }

  #text(
    text: string,
    givenWord: number | undefined,
    out: TokenList,
    observer: SequenceObserver | undefined,
  ): void {
    let nextWord = 0;
    const beginWord = (): number => givenWord ?? nextWord++;
    for (const segment of this.#added.asWritten.split(text)) {
      if (segment.id !== undefined) {
        observer?.added(segment.id, segment.from, segment.to, 'written');
        const token = text.slice(segment.from, segment.to);
        push(out, segment.id, token, segment.from, segment.to, beginWord());
        continue;
      }
      const normalized = normalize(text, segment.from, segment.to, this.#settings);
      observer?.text(segment.from, segment.to, normalized);
      if (this.#added.normalized.isEmpty) this.#words(text, normalized, beginWord, out, observer);
      else this.#normalizedSegments(text, normalized, beginWord, out, observer);
    }
  }

  #normalizedSegments(
    text: string,
    normalized: NormalizedText,
    beginWord: () => number,
    out: TokenList,
    observer: SequenceObserver | undefined,
  ): void {
    const { codePoints, sources } = normalized;
    const joined = stringOf(codePoints);
    let index = 0;
    let unit = 0;
    const advance = (target: number): number => {
      for (; unit < target; index += 1) unit += (codePoints[index] ?? 0) > 0xffff ? 2 : 1;
      return index;
    };
    for (const segment of this.#added.normalized.split(joined)) {
      const from = advance(segment.from);
      const to = advance(segment.to);
      if (segment.id === undefined) {
        const part = { codePoints: codePoints.slice(from, to), sources: sources.slice(from, to) };
        this.#words(text, part, beginWord, out, observer);
      } else {
        const matched = joined.slice(segment.from, segment.to);
        const start = sources[from] ?? 0;
        const end = endOf(text, sources[to - 1] ?? 0);
        observer?.added(segment.id, start, end, 'normalized');
        push(out, segment.id, matched, start, end, beginWord());
      }
    }
  }

  #words(
    text: string,
    normalized: NormalizedText,
    beginWord: () => number,
    out: TokenList,
    observer: SequenceObserver | undefined,
  ): void {
    const { codePoints, sources } = normalized;
    splitWords(
      codePoints,
      (from, to) => {
        const word = beginWord();
        const pieces = wordPieces(
          codePoints,
          from,
          to,
          this.#vocabulary,
          this.#unknownId,
          this.#longestPiece,
          this.#limit,
        );
        observer?.word(normalized, from, to, pieces);
        for (const piece of pieces) {
          const start = sources[from + piece.from] ?? 0;
          const end = endOf(text, sources[from + piece.to - 1] ?? 0);
          push(out, piece.id, this.#vocabulary.tokens[piece.id] ?? '', start, end, word);
        }
      },
      this.#settings.fidelity,
    );
  }
}

function emptyList(): TokenList {
  return { ids: [], tokens: [], starts: [], ends: [], words: [] };
}

function push(out: TokenList, id: number, token: string, start: number, end: number, word: number): void {
  out.ids.push(id);
  out.tokens.push(token);
  out.starts.push(start);
  out.ends.push(end);
  out.words.push(word);
}

function endOf(text: string, start: number): number {
  return start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
}
