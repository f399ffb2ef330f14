import { rangeProblems, throwProblems } from '../errors.js';
import { RandomStream } from '../random.js';
import { sameLength } from './same-length.js';

/** Options of `bootstrapInterval`. */
export interface BootstrapOptions {
  /** times the examples are drawn anew; default 1000 */
  readonly resamples?: number | undefined;
  /** share of the resampled figures inside the interval; default 0.95 */
  readonly confidence?: number | undefined;
  /** of the drawing, an integer in [0, 2^32); default 0. The same seed gives the same interval. */
  readonly seed?: number | undefined;
  /**
   * [N], for instance the labels: examples are drawn within each stratum, so that each keeps its size. Without it a rare
   * class may be missing from a resample, where figures that need it are NaN.
   */
  readonly strata?: ArrayLike<number> | undefined;
}

/** What resampling says of a figure. */
export interface BootstrapInterval {
  /** lower bound; NaN when every resample was undefined */
  readonly low: number;
  /** upper bound; NaN when every resample was undefined */
  readonly high: number;
  /** standard deviation of the resampled figures */
  readonly standardError: number;
  /** resamples whose figure was NaN; they are left out */
  readonly undefinedResamples: number;
}

/**
 * Percentile bootstrap interval of any figure of a data set (Efron 1979): examples are drawn with replacement, the figure
 * is computed anew, and the interval holds the middle of what comes out, quantiles interpolated linearly as numpy does.
 * @param examples N
 * @param figure computes the figure of the examples at these positions, ascending, some of them several times. [N], to be
 *   used until it returns
 * @throws TrainError `invalid-options`, `shape-mismatch`; whatever `figure` throws
 */
export function bootstrapInterval(
  examples: number,
  figure: (positions: Uint32Array) => number,
  options: BootstrapOptions = {},
): BootstrapInterval {
  return bootstrapIntervals(examples, (positions) => ({ figure: figure(positions) }), options).figure;
}

/**
 * As `bootstrapInterval`, for several figures of the same resamples.
 * @param figures computes all figures, by name, always the same names
 * @throws TrainError `invalid-options`, `shape-mismatch`; whatever `figures` throws
 */
export function bootstrapIntervals<Name extends string>(
  examples: number,
  figures: (positions: Uint32Array) => Readonly<Record<Name, number>>,
  options: BootstrapOptions = {},
): Record<Name, BootstrapInterval> {
  const { resamples = 1000, confidence = 0.95, seed = 0, strata } = options;
  throwProblems('bootstrapInterval', [
    ...rangeProblems({ examples, resamples }, 'count'),
    ...rangeProblems({ confidence }, 'fraction'),
    ...rangeProblems({ seed }, 'uint32'),
  ]);
  if (strata) sameLength('bootstrapInterval: strata', { length: examples }, strata);
  const groups = strataOf(examples, strata);
  const drawn: [string, number[]][] = [];
  const positions = new Uint32Array(examples);
  for (let resample = 0; resample < resamples; resample++) {
    drawInto(positions, groups, new RandomStream(seed, resample));
    for (const [at, [name, value]] of Object.entries<number>(figures(positions)).entries()) {
      drawn[at] ??= [name, []];
      drawn[at][1].push(value);
    }
  }
  const intervals = drawn.map(([name, values]) => [name, intervalOf(values, confidence)] as const);
  return Object.fromEntries(intervals) as Record<Name, BootstrapInterval>;
}

/** Draws as many of each group as it has, with replacement; ascending, so that what is sorted by position stays so. */
function drawInto(
  positions: Uint32Array,
  groups: readonly (readonly number[])[],
  random: RandomStream,
): void {
  const times = new Uint32Array(positions.length);
  for (const group of groups) {
    for (let i = 0; i < group.length; i++) times[group[random.below(group.length)]] += 1;
  }
  let at = 0;
  for (let position = 0; position < times.length; position++) {
    for (let copy = 0; copy < times[position]; copy++) positions[at++] = position;
  }
}

function intervalOf(values: readonly number[], confidence: number): BootstrapInterval {
  const figures = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  const mean = figures.reduce((sum, value) => sum + value, 0) / figures.length;
  const squares = figures.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    low: quantile(figures, (1 - confidence) / 2),
    high: quantile(figures, (1 + confidence) / 2),
    standardError: Math.sqrt(squares / (figures.length - 1)),
    undefinedResamples: values.length - figures.length,
  };
}

/** The quantile of sorted values, interpolated linearly between neighbours; NaN of none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** Positions of the examples of each stratum. */
function strataOf(examples: number, strata: ArrayLike<number> | undefined): number[][] {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < examples; i++) {
    const name = strata?.[i] ?? 0;
    const group = groups.get(name);
    if (group) group.push(i);
    else groups.set(name, [i]);
  }
  return [...groups.values()];
}
