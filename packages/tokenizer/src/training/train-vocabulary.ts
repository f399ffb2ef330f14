/**
 * Learns a WordPiece vocabulary: begin with characters, merge the most frequent pair of neighbours, repeat.
 * The algorithm of Hugging Face's WordPieceTrainer (BertWordPieceTokenizer.train), which is byte-pair encoding with
 * `##` on every piece that does not begin a word. Where that one leaves the order to a hash table, this one sorts.
 */
import { checkWhole } from '../encoding/encode-options.js';
import { MergeQueue, pairKey, pairOf } from './merge-queue.js';
import { normalize } from '../text/normalizer.js';
import type { NormalizerSettings } from '../text/normalizer.js';
import { splitWords } from '../text/pre-tokenizer.js';
import { CONTINUATION_PREFIX } from '../wordpiece/vocabulary.js';

/** Options of `trainVocabulary`; defaults are Hugging Face's. */
export interface TrainVocabularyOptions {
  /** Number of tokens, V. Default 30000. Fewer when merges run out; more when the characters alone are more. */
  readonly size?: number;
  /** A pair seen less often is not merged. Default 2. */
  readonly minFrequency?: number;
  /** Most characters kept; rarer ones become `[UNK]`. Default 1000. */
  readonly limitAlphabet?: number;
  /** Characters kept whether seen or not. Default none. */
  readonly initialAlphabet?: Iterable<string>;
  /** Tokens that come first, in this order. Default `[PAD] [UNK] [CLS] [SEP] [MASK]`. */
  readonly specialTokens?: readonly string[];
  /** As for the tokenizer that will use the vocabulary. Default `true`. */
  readonly lowercase?: boolean;
  /** As for the tokenizer. Default: as `lowercase`. */
  readonly stripAccents?: boolean | null;
  /** As for the tokenizer. Default `true`. */
  readonly tokenizeChineseChars?: boolean;
}

const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** Words as lists of piece ids, with how often each occurs. */
interface Words {
  readonly pieces: readonly number[][];
  readonly counts: readonly number[];
}

/**
 * Makes a WordPiece vocabulary: characters, then the pair of pieces seen most often becomes a piece, again and again,
 * as Hugging Face's `WordPieceTrainer` does it; equal counts are decided by the pieces, so the result is always the same.
 * @param texts the training texts; the result does not depend on their order
 * @returns tokens in the order of their ids: special tokens, characters, `##` characters, merges
 * @throws TokenizerError `bad-option`
 */
export function trainVocabulary(
  texts: Iterable<string>,
  options: TrainVocabularyOptions = {},
): readonly string[] {
  const { size = 30000, minFrequency = 2, limitAlphabet = 1000, lowercase = true } = options;
  checkWhole('size', size);
  checkWhole('minFrequency', minFrequency);
  checkWhole('limitAlphabet', limitAlphabet);
  const wordCounts = countWords(texts, {
    lowercase,
    stripAccents: options.stripAccents ?? lowercase,
    tokenizeChineseChars: options.tokenizeChineseChars ?? true,
  });
  const tokens = new TokenList(options.specialTokens ?? SPECIAL_TOKENS);
  for (const character of chooseAlphabet(wordCounts, options.initialAlphabet ?? [], limitAlphabet)) {
    tokens.add(character);
  }
  merge(spell(wordCounts, tokens), tokens, size, minFrequency);
  return tokens.list;
}

class TokenList {
  readonly list: string[] = [];
  readonly #ids = new Map<string, number>();

  constructor(tokens: readonly string[]) {
    for (const token of tokens) this.add(token);
  }

  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  /** @returns the id, old or new */
  add(token: string): number {
    const known = this.#ids.get(token);
    if (known !== undefined) return known;
    this.list.push(token);
    this.#ids.set(token, this.list.length - 1);
    return this.list.length - 1;
  }
}

/** Word -> how often, sorted by word so that nothing later depends on the order of the texts. */
function countWords(texts: Iterable<string>, settings: NormalizerSettings): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    const { codePoints } = normalize(text, 0, text.length, settings);
    splitWords(codePoints, (from, to) => {
      let word = '';
      for (let index = from; index < to; index += 1) word += String.fromCodePoint(codePoints[index] ?? 0);
      counts.set(word, (counts.get(word) ?? 0) + 1);
    });
  }
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The characters to keep, by code point; when there are too many, the most frequent. */
function chooseAlphabet(
  wordCounts: ReadonlyMap<string, number>,
  initial: Iterable<string>,
  limit: number,
): readonly string[] {
  const counts = new Map<string, number>();
  for (const [word, count] of wordCounts) {
    for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  }
  for (const character of initial) counts.set(character, Infinity);
  const byCodePoint = (a: string, b: string): number => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0);
  return [...counts]
    .sort(([a, countA], [b, countB]) => (countA === countB ? byCodePoint(a, b) : countB - countA))
    .slice(0, limit)
    .map(([character]) => character)
    .sort(byCodePoint);
}

/** Words as single characters. Characters outside the alphabet are skipped, as in the reference. */
function spell(wordCounts: ReadonlyMap<string, number>, tokens: TokenList): Words {
  const continuations = new Set<string>();
  const kept = [...wordCounts].map(([word, count]) => {
    const characters = [...word].map((character, index) => ({ character, begins: index === 0 }));
    return { count, characters: characters.filter(({ character }) => tokens.idOf(character) !== undefined) };
  });
  for (const { characters } of kept) {
    for (const { character, begins } of characters) if (!begins) continuations.add(character);
  }
  for (const character of [...tokens.list]) {
    if (continuations.has(character)) tokens.add(CONTINUATION_PREFIX + character);
  }
  return {
    pieces: kept.map(({ characters }) =>
      characters.map(({ character, begins }) =>
        tokens.add(begins ? character : CONTINUATION_PREFIX + character),
      ),
    ),
    counts: kept.map(({ count }) => count),
  };
}

function merge({ pieces, counts }: Words, tokens: TokenList, size: number, minFrequency: number): void {
  const pairCounts = new Map<number, number>();
  let found = new Map<number, number[]>();
  const note = (pair: number, word: number, change: number): void => {
    pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + change * (counts[word] ?? 0));
    if (change < 0) return;
    const words = found.get(pair);
    if (words === undefined) found.set(pair, [word]);
    else if (words.at(-1) !== word) words.push(word);
  };
  const queue = new MergeQueue();
  const enqueueFound = (): void => {
    for (const [pair, words] of found) {
      const count = pairCounts.get(pair) ?? 0;
      if (count > 0) queue.push({ pair, count, words });
    }
    found = new Map();
  };

  pieces.forEach((word, index) => {
    for (let place = 1; place < word.length; place += 1) {
      note(pairKey(word[place - 1] ?? 0, word[place] ?? 0), index, 1);
    }
  });
  enqueueFound();

  while (tokens.list.length < size) {
    const top = queue.pop();
    if (top === undefined) return;
    const count = pairCounts.get(top.pair) ?? 0;
    if (top.count !== count) {
      // Its words lost some of these pairs to other merges since: back into the queue with what is left.
      queue.push({ ...top, count });
      continue;
    }
    if (count < 1 || count < minFrequency) return;
    const [first, second] = pairOf(top.pair);
    const joined = tokens.add((tokens.list[first] ?? '') + withoutPrefix(tokens.list[second] ?? ''));
    for (const index of top.words) {
      mergeWord(pieces[index] ?? [], first, second, joined, (a, b, change) =>
        note(pairKey(a, b), index, change),
      );
    }
    enqueueFound();
  }
}

function withoutPrefix(token: string): string {
  return token.startsWith(CONTINUATION_PREFIX) ? token.slice(CONTINUATION_PREFIX.length) : token;
}

/** Merges a pair wherever it stands in a word, telling which neighbourhoods end (-1) and begin (+1). */
function mergeWord(
  word: number[],
  first: number,
  second: number,
  joined: number,
  tell: (a: number, b: number, change: number) => void,
): void {
  for (let index = 0; index + 1 < word.length; index += 1) {
    if (word[index] !== first || word[index + 1] !== second) continue;
    word.splice(index, 2, joined);
    const before = word[index - 1];
    if (before !== undefined) {
      tell(before, first, -1);
      tell(before, joined, 1);
    }
    const after = word[index + 1];
    if (after !== undefined) {
      tell(second, after, -1);
      tell(joined, after, 1);
    }
  }
}
