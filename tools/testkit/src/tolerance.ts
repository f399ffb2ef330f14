export interface Tolerance {
  /** absolute part */
  readonly atol: number;
  /** part relative to the largest expected magnitude of the whole tensor; default 0 */
  readonly rtolOfMax?: number;
}

/**
 * Throws when `actual` differs from `expected` anywhere by more than atol + rtolOfMax * max|expected|.
 * A NaN on either side alone is a difference; so is a length that does not fit.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  what = 'tensor',
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: expected ${expected.length} values, found ${actual.length}`);
  }
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]));
  const limit = tolerance.atol + (tolerance.rtolOfMax ?? 0) * largest;
  let worst = -1;
  let worstAt = 0;
  for (let i = 0; i < expected.length; i++) {
    const same = Object.is(actual[i], expected[i]) || actual[i] === expected[i];
    const difference = same ? 0 : Math.abs(actual[i] - expected[i]);
    if (!(difference <= worst)) {
      worst = difference;
      worstAt = i;
      if (Number.isNaN(difference)) break;
    }
  }
  if (expected.length > 0 && !(worst <= limit)) {
    throw new Error(
      `${what}: off by ${worst} at ${worstAt} (limit ${limit}): expected ${expected[worstAt]}, found ${actual[worstAt]}`,
    );
  }
}
