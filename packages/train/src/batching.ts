import { TrainError } from './errors.js';
import { RandomStream } from './random.js';
import { shuffle } from './shuffle.js';

/** Batch size where the caller names none: Keras's. */
export const DEFAULT_BATCH_SIZE = 32;

/** How large a batch is: one of the two. */
export interface BatchSizing {
  /** examples in a batch */
  readonly batchSize?: number | undefined;
  /** tokens in a batch at most, padding included: short texts then come in larger batches */
  readonly batchTokens?: number | undefined;
}

/** How the examples of one epoch are put into batches. */
export interface BatchingOptions extends BatchSizing {
  /** whether the order is random; default true */
  readonly shuffle?: boolean;
  /** whether texts of like length share a batch; default true */
  readonly groupByLength?: boolean;
  /** of the whole run, in [0, 2^32); default 0 */
  readonly seed?: number;
  /** from 0; each has its own order; default 0 */
  readonly epoch?: number;
  /**
   * see `Dataset.paddedLength`; default: the longest of the batch. A few lengths (`lengthBuckets`) make few shapes: but
   * for the last batch of the shortest texts, all of one padded length have the same number of rows (`fullRows`).
   */
  readonly paddedLength?: ((longest: number) => number) | undefined;
}

/** How much of what a batch computes is padding. */
export interface PaddingFigures {
  /** tokens without padding */
  readonly tokens: number;
  /** tokens with padding */
  readonly paddedTokens: number;
}

/**
 * Batches that are sorted by length together. Fewer mix lengths better from epoch to epoch, more waste less padding;
 * with 50 a batch spans about a fiftieth of the lengths.
 */
const BATCHES_PER_POOL = 50;

/**
 * Puts examples into batches. Examples are shuffled, grouped by length, cut into batches, and the batches shuffled.
 * Depends on the lengths, (seed, epoch) and the options only.
 *
 * Grouped means: dealt into pools of about 50 batches and sorted by length within each. With `paddedLength` there is one
 * pool, sorted by padded length from the longest down: texts of one padded length keep their random order, and a batch
 * that texts of one length do not fill takes shorter ones, so that all are full but the last of the epoch, the shortest.
 * @param lengths tokens of each example
 * @returns indices of the examples of each batch; every example exactly once
 * @throws TrainError `example-too-long`
 */
export function planBatches(lengths: ArrayLike<number>, options: BatchingOptions): number[][] {
  const { seed = 0, epoch = 0, groupByLength = true, paddedLength } = options;
  const random = new RandomStream(seed, epoch);
  const order = Array.from({ length: lengths.length }, (_, index) => index);
  if (options.shuffle ?? true) shuffle(order, random);
  if (!groupByLength) return cutBatches(order, lengths, options);

  // sorting is stable: equal lengths keep their random order
  const batches = paddedLength
    ? cutBatches(longestFirst(order, Float64Array.from(lengths, paddedLength)), lengths, options)
    : pools(order, lengths, options).flatMap((pool) => {
        pool.sort((a, b) => lengths[a] - lengths[b]);
        return cutBatches(pool, lengths, options);
      });
  return (options.shuffle ?? true) ? shuffle(batches, random) : batches;
}

/**
 * Rows of a full batch of texts padded to this length: `batchSize`, or as many as `batchTokens` allows. By it an executor
 * tells batches that come again in this shape from rests.
 */
export function fullRows(paddedLength: number, { batchSize, batchTokens }: BatchSizing): number {
  return batchTokens === undefined
    ? (batchSize ?? DEFAULT_BATCH_SIZE)
    : Math.floor(batchTokens / paddedLength);
}

/** Sorts indices by the length of their examples, the longest first; equal ones keep their order. */
export function longestFirst(indices: readonly number[], lengths: ArrayLike<number>): number[] {
  return [...indices].sort((a, b) => lengths[b] - lengths[a]);
}

/** Counts real and padded tokens of a batch. */
export function paddingOf(
  batch: readonly number[],
  lengths: ArrayLike<number>,
  paddedLength: (longest: number) => number = (longest) => longest,
): PaddingFigures {
  let tokens = 0;
  let longest = 0;
  for (const index of batch) {
    tokens += lengths[index];
    longest = Math.max(longest, lengths[index]);
  }
  return { tokens, paddedTokens: paddedLength(longest) * batch.length };
}

/** The share of padding, in [0, 1). */
export function paddingWaste({ tokens, paddedTokens }: PaddingFigures): number {
  return paddedTokens === 0 ? 0 : 1 - tokens / paddedTokens;
}

/** Deals the examples, in order, into parts of about 50 batches; the last takes a rest of less than half a part. */
function pools(order: readonly number[], lengths: ArrayLike<number>, sizing: BatchSizing): number[][] {
  const { batchSize, batchTokens } = sizing;
  const capacity = BATCHES_PER_POOL * (batchTokens ?? batchSize ?? 1);
  const parts: number[][] = [];
  let filled = capacity;
  for (const index of order) {
    const cost = batchTokens === undefined ? 1 : lengths[index];
    if (filled + cost > capacity) {
      parts.push([]);
      filled = 0;
    }
    parts[parts.length - 1].push(index);
    filled += cost;
  }
  if (parts.length > 1 && filled < capacity / 2) {
    const rest = parts.pop() ?? [];
    parts[parts.length - 1].push(...rest);
  }
  return parts;
}

/**
 * Cuts a sequence of examples into batches of the given size, keeping its order.
 * @param sequence indices of the examples
 * @throws TrainError `example-too-long`
 */
export function cutBatches(
  sequence: readonly number[],
  lengths: ArrayLike<number>,
  options: BatchingOptions,
): number[][] {
  const {
    batchSize = Infinity,
    batchTokens = Infinity,
    paddedLength = (longest: number) => longest,
  } = options;
  const batches: number[][] = [];
  let batch: number[] = [];
  let longest = 0;
  for (const index of sequence) {
    const padded = paddedLength(lengths[index]);
    if (padded > batchTokens) {
      throw new TrainError(
        'example-too-long',
        `Example ${index} alone makes a batch of ${padded} tokens, which is over batchTokens ${batchTokens}. ` +
          'Truncate it or raise batchTokens.',
        { index, tokens: padded, batchTokens },
      );
    }
    const together = paddedLength(Math.max(longest, lengths[index]));
    if (batch.length === batchSize || together * (batch.length + 1) > batchTokens) {
      batches.push(batch);
      batch = [];
      longest = 0;
    }
    batch.push(index);
    longest = Math.max(longest, lengths[index]);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
