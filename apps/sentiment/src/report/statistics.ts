/**
 * Wilson's 95 % interval for a share: unlike the normal one it stays inside [0, 1] and holds for small counts.
 * @see Wilson 1927, Probable inference, the law of succession, and statistical inference
 */
export function wilsonInterval(successes: number, total: number): readonly [number, number] {
  if (total === 0) return [0, 1];
  const z = 1.959963984540054;
  const share = successes / total;
  const scale = 1 + z ** 2 / total;
  const centre = (share + z ** 2 / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** Precision, recall, F1 and support of one class. */
export interface ClassScores {
  /** Class name. */
  readonly name: string;
  /** Share of the guesses of this class that are right; 0 when there is none. */
  readonly precision: number;
  /** Share of the examples of this class that were found; 0 when there is none. */
  readonly recall: number;
  /** Harmonic mean of both; 0 when both are. */
  readonly f1: number;
  /** Examples of this class. */
  readonly support: number;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Scores of one class from its counts. */
export function classScores(name: string, hits: number, guesses: number, support: number): ClassScores {
  return {
    name,
    precision: ratio(hits, guesses),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, guesses + support),
    support,
  };
}

/** Arithmetic mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return ratio(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );
}

/** Pearson's correlation, NaN when one side is constant. */
export function pearson(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const [da, db] = [value - meanA, (b[index] ?? 0) - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / Math.sqrt(aa * bb);
}
