/**
 * Merges the most frequent pair of neighbouring pieces, again and again. Counts are kept up to date from the places
 * that a merge touches, so the work is proportional to the places merged, not to the corpus.
 */
import { CONTINUATION_PREFIX } from '../wordpiece/vocabulary.js';
import { MergeQueue, NONE } from './merge-queue.js';
import { PairTable } from './pair-table.js';
import { BOUNDARY } from './pieces.js';
import type { Pieces } from './pieces.js';
import type { TokenList } from './token-list.js';

/** Rounds of merging between two looks at the clock of whoever drives. */
const ROUNDS_PER_STEP = 64;

/**
 * Adds merges to `tokens` until there are `size` of them, or no pair is as frequent as `minFrequency`.
 * @param wordCounts how often each word occurs
 * @returns steps to take; each yields the number of tokens so far
 */
export function* mergePieces(
  pieces: Pieces,
  wordCounts: Float64Array,
  tokens: TokenList,
  { size, minFrequency }: { readonly size: number; readonly minFrequency: number },
): Generator<number, void> {
  const merger = new Merger(pieces, wordCounts);
  for (let round = 1; tokens.tokens.length < size; round += 1) {
    if (!merger.mergeBest(tokens, minFrequency)) return;
    if (round % ROUNDS_PER_STEP === 0) yield tokens.tokens.length;
  }
}

class Merger {
  readonly #pieces: Pieces;
  readonly #wordCounts: Float64Array;
  readonly #pairs = new PairTable();
  readonly #queue = new MergeQueue(this.#pairs);
  #round = 0;
  /** Candidates that this round has begun. */
  #begun: number[] = [];

  constructor(pieces: Pieces, wordCounts: Float64Array) {
    this.#pieces = pieces;
    this.#wordCounts = wordCounts;
    const { ids } = pieces;
    for (let place = 1; place + 1 < ids.length; place += 1) {
      if (ids[place] !== BOUNDARY && ids[place + 1] !== BOUNDARY)
        this.#appears(place, ids[place], ids[place + 1]);
    }
    this.#queueBegun();
  }

  /** @returns whether there was a pair to merge */
  mergeBest(tokens: TokenList, minFrequency: number): boolean {
    const candidate = this.#queue.pop();
    if (candidate === NONE) return false;
    const count = this.#queue.count[candidate];
    if (count < 1 || count < minFrequency) return false;
    const pair = this.#queue.pair[candidate];
    const [first, second] = [this.#pairs.first[pair], this.#pairs.second[pair]];
    const joined = tokens.add(tokens.tokens[first] + withoutPrefix(tokens.tokens[second]));
    for (let place = this.#queue.head[candidate]; place !== NONE; place = this.#queue.head[candidate]) {
      this.#unlink(place);
      this.#mergeAt(place, first, second, joined);
    }
    this.#queue.release(candidate);
    this.#queueBegun();
    return true;
  }

  /** Joins the pieces at `place` and after it. The count of their own pair stays, as in the reference. */
  #mergeAt(place: number, first: number, second: number, joined: number): void {
    const { ids, spans } = this.#pieces;
    const next = place + spans[place];
    const span = spans[place] + spans[next];
    const after = place + span;
    if (ids[place - 1] !== BOUNDARY) {
      const before = place - spans[place - 1];
      this.#unlink(before);
      this.#count(place, ids[before], first);
      this.#appears(before, ids[before], joined);
    }
    if (ids[after] !== BOUNDARY) {
      this.#unlink(next);
      this.#count(place, second, ids[after]);
      this.#appears(place, joined, ids[after]);
    }
    ids[place] = joined;
    spans[place] = span;
    spans[after - 1] = span;
  }

  /** One occurrence of a pair less. */
  #count(place: number, first: number, second: number): void {
    const pair = this.#pairs.numberOf(first, second);
    this.#pairs.counts[pair] -= this.#wordCounts[this.#pieces.words[place]];
  }

  /** One occurrence of a pair more: counted, and put at the end of the list of this round's candidate. */
  #appears(place: number, first: number, second: number): void {
    const pairs = this.#pairs;
    const pair = pairs.numberOf(first, second);
    pairs.counts[pair] += this.#wordCounts[this.#pieces.words[place]];
    if (pairs.round[pair] !== this.#round) {
      pairs.round[pair] = this.#round;
      pairs.candidate[pair] = this.#queue.create(pair);
      this.#begun.push(pairs.candidate[pair]);
    }
    const candidate = pairs.candidate[pair];
    const { following, preceding, candidates } = this.#pieces;
    const last = this.#queue.tail[candidate];
    if (last === NONE) this.#queue.head[candidate] = place;
    else following[last] = place;
    preceding[place] = last;
    following[place] = NONE;
    candidates[place] = candidate;
    this.#queue.tail[candidate] = place;
  }

  /** Takes a place out of the list it is in, if it is in one. */
  #unlink(place: number): void {
    const { following, preceding, candidates } = this.#pieces;
    const candidate = candidates[place];
    if (candidate === NONE) return;
    const before = preceding[place];
    const after = following[place];
    if (before === NONE) this.#queue.head[candidate] = after;
    else following[before] = after;
    if (after === NONE) this.#queue.tail[candidate] = before;
    else preceding[after] = before;
    candidates[place] = NONE;
  }

  #queueBegun(): void {
    for (const candidate of this.#begun) {
      if (this.#pairs.counts[this.#queue.pair[candidate]] > 0) this.#queue.push(candidate);
    }
    this.#begun = [];
    this.#round += 1;
  }
}

function withoutPrefix(token: string): string {
  return token.startsWith(CONTINUATION_PREFIX) ? token.slice(CONTINUATION_PREFIX.length) : token;
}
