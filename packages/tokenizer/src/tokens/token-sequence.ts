/** One text, cut into tokens, before truncation and special tokens. */
import type { IdList } from '../fast/id-list.js';
import { AddedTokenMatcher } from './added-tokens.js';
import type { ResolvedAddedToken } from './added-tokens.js';
import { normalize } from '../text/normalizer.js';
import { FIDELITIES } from '../text/fidelity.js';
import type { Fidelity } from '../text/fidelity.js';
import type { NormalizedText, NormalizerSettings } from '../text/normalizer.js';
import { splitWords } from '../text/pre-tokenizer.js';
import type { Vocabulary } from '../wordpiece/vocabulary.js';
import type { TextInput, TextTokenizer, TokenSequence } from './text-tokenizer.js';
import { wordPieces } from '../wordpiece/wordpiece.js';
import type { Piece, WordLimit } from '../wordpiece/wordpiece.js';

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

/** What decides how a text is cut. */
export interface SequenceSettings extends NormalizerSettings {
  readonly fidelity: Fidelity;
  /** Longer words become the unknown token; the fidelity says what is counted. */
  readonly maxInputCharsPerWord: number;
}

/** Text -> tokens with their places in the text. */
export class SequenceTokenizer implements TextTokenizer {
  /** Finds added tokens in the text as it is. */
  readonly asWritten: AddedTokenMatcher;
  readonly #normalized: AddedTokenMatcher;
  readonly #vocabulary: Vocabulary;
  readonly #unknownId: number;
  readonly #settings: SequenceSettings;
  readonly #limit: WordLimit;

  constructor(
    vocabulary: Vocabulary,
    unknownId: number,
    settings: SequenceSettings,
    addedTokens: readonly ResolvedAddedToken[],
  ) {
    const { wordLimitUnit, findsTokensInText } = FIDELITIES[settings.fidelity];
    const found = findsTokensInText ? addedTokens : [];
    this.#limit = { maxInputCharsPerWord: settings.maxInputCharsPerWord, wordLimitUnit };
    this.#vocabulary = vocabulary;
    this.#unknownId = unknownId;
    this.#settings = settings;
    this.asWritten = new AddedTokenMatcher(
      found.filter((token) => !token.normalized).map((token) => ({ text: token.content, token })),
    );
    this.#normalized = new AddedTokenMatcher(
      found
        .filter((token) => token.normalized)
        .map((token) => ({
          text: textOf(normalize(token.content, 0, token.content.length, settings)),
          token,
        })),
    );
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

  trace(input: TextInput): TokenSequence {
    const { tokens, starts, ends, words } = this.tokenize(input);
    return { tokens, places: starts.flatMap((start, index) => [start, ends[index], words[index]]) };
  }

  /** The same for a stretch of text that has no added tokens in it. Words count from its beginning. */
  stretch(text: string, from: number, to: number): TokenList {
    const out = emptyList();
    let word = 0;
    this.#words(text, normalize(text, from, to, this.#settings), () => word++, out, undefined);
    return out;
  }

  /** Whether there are added tokens to find once the text is normalised. */
  get findsNormalized(): boolean {
    return !this.#normalized.isEmpty;
  }

  #text(
    text: string,
    givenWord: number | undefined,
    out: TokenList,
    observer: SequenceObserver | undefined,
  ): void {
    let nextWord = 0;
    const beginWord = (): number => givenWord ?? nextWord++;
    for (const segment of this.asWritten.split(text)) {
      if (segment.id !== undefined) {
        observer?.added(segment.id, segment.from, segment.to, 'written');
        const token = text.slice(segment.from, segment.to);
        push(out, segment.id, token, segment.from, segment.to, beginWord());
        continue;
      }
      const normalized = normalize(text, segment.from, segment.to, this.#settings);
      observer?.text(segment.from, segment.to, normalized);
      if (this.#normalized.isEmpty) this.#words(text, normalized, beginWord, out, observer);
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
    const joined = textOf(normalized);
    let index = 0;
    let unit = 0;
    const advance = (target: number): number => {
      for (; unit < target; index += 1) unit += (codePoints[index] ?? 0) > 0xffff ? 2 : 1;
      return index;
    };
    for (const segment of this.#normalized.split(joined)) {
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
        const pieces = wordPieces(codePoints, from, to, this.#vocabulary, this.#unknownId, this.#limit);
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

function textOf(normalized: NormalizedText): string {
  let text = '';
  for (const codePoint of normalized.codePoints) text += String.fromCodePoint(codePoint);
  return text;
}
