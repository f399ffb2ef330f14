/** Points and weights with which a sum stands for an integral. */
export interface Quadrature {
  /** where the function is looked at, ascending */
  readonly points: Float64Array;
  /** what each value counts; they sum to the length of the interval */
  readonly weights: Float64Array;
}

/**
 * Gauss-Legendre quadrature on [0, 1]: exact for polynomials of degree up to 2 n - 1. Points are the roots of the Legendre
 * polynomial of degree n, found by Newton's method from Tricomi's approximation of them.
 * @param count n, at least 1
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 25.4.29 and 22.16.6
 */
export function gaussLegendre(count: number): Quadrature {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let { value, slope } = legendre(count, x);
    for (let round = 0; round < 100 && Math.abs(value) > 1e-15; round++) {
      x -= value / slope;
      ({ value, slope } = legendre(count, x));
    }
    points[count - 1 - i] = (1 + x) / 2;
    weights[count - 1 - i] = 1 / ((1 - x * x) * slope * slope); // half of that on [-1, 1]
  }
  return { points, weights };
}

/** Legendre polynomial of a degree, and its derivative, at x in (-1, 1). */
function legendre(degree: number, x: number): { readonly value: number; readonly slope: number } {
  let [before, value] = [1, x];
  for (let n = 2; n <= degree; n++) {
    [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
  }
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) };
}
