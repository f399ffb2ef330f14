import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

import { RandomStream } from '../../random.js';
import type { SparseRow } from './positive-pmi.js';

/** The largest singular values of a matrix [M, N] and what belongs to them. */
export interface TruncatedSvd {
  /** [M, rank], row by row: left singular vectors are its columns */
  readonly left: Float64Array;
  /** [rank], descending; 0 beyond the matrix's own rank */
  readonly singularValues: Float64Array;
}

/** Columns beyond the rank, and rounds: enough for singular values that fall as slowly as those of words. */
const OVERSAMPLING = 32;
const ROUNDS = 4;
/** Share of its length that a vector must keep to count as independent of those before it. */
const INDEPENDENT = 1e-9;

/**
 * Singular value decomposition of a sparse matrix, its largest values alone: by subspace iteration from random vectors
 * (Halko, Martinsson and Tropp, 2011, algorithms 4.4 and 5.1). The same seed gives the same bits.
 * @param columns N
 */
export function truncatedSvd(
  rows: readonly SparseRow[],
  columns: number,
  rank: number,
  seed: number,
): TruncatedSvd {
  const width = Math.min(rank + OVERSAMPLING, rows.length, columns);
  const random = new RandomStream(seed);
  const start = Float64Array.from({ length: columns * width }, () => random.next() / 2 ** 31 - 1);
  let basis = orthonormalized(times(rows, start, width), width); // [M, width]
  for (let round = 0; round < ROUNDS; round += 1) {
    const turned = orthonormalized(transposedTimes(rows, basis, columns, width), width);
    basis = orthonormalized(times(rows, turned, width), width);
  }
  const projected = transposedTimes(rows, basis, columns, width); // [N, width]
  const { values, vectors } = eigen(gram(projected, width));
  const singularValues = new Float64Array(rank);
  for (let i = 0; i < Math.min(rank, width); i += 1) singularValues[i] = Math.sqrt(Math.max(0, values[i]));
  const left = new Float64Array(rows.length * rank);
  for (let row = 0; row < rows.length; row += 1) {
    for (let k = 0; k < width; k += 1) {
      const share = basis[row * width + k];
      for (let i = 0; i < Math.min(rank, width); i += 1) left[row * rank + i] += share * vectors[k][i];
    }
  }
  return { left, singularValues };
}

/** The product with a matrix [N, width]. @returns [M, width] */
function times(rows: readonly SparseRow[], matrix: Float64Array, width: number): Float64Array {
  const product = new Float64Array(rows.length * width);
  for (const [row, { columns, values }] of rows.entries()) {
    const sum = product.subarray(row * width, (row + 1) * width);
    for (let entry = 0; entry < columns.length; entry += 1) {
      addScaled(sum, values[entry], matrix, columns[entry] * width);
    }
  }
  return product;
}

/** The transposed matrix's product with a matrix [M, width]. @returns [N, width] */
function transposedTimes(
  rows: readonly SparseRow[],
  matrix: Float64Array,
  columns: number,
  width: number,
): Float64Array {
  const product = new Float64Array(columns * width);
  for (const [row, { columns: at, values }] of rows.entries()) {
    for (let entry = 0; entry < at.length; entry += 1) {
      const from = at[entry] * width;
      addScaled(product.subarray(from, from + width), values[entry], matrix, row * width);
    }
  }
  return product;
}

function addScaled(sum: Float64Array, factor: number, from: Float64Array, offset: number): void {
  for (let i = 0; i < sum.length; i += 1) sum[i] += factor * from[offset + i];
}

/** The same column space with orthonormal columns, by modified Gram-Schmidt; dependent columns become 0. */
function orthonormalized(matrix: Float64Array, width: number): Float64Array {
  const height = matrix.length / width;
  const columns = Array.from({ length: width }, (_, column) =>
    Float64Array.from({ length: height }, (_, row) => matrix[row * width + column]),
  );
  for (const [at, column] of columns.entries()) {
    const before = Math.sqrt(dot(column, column));
    for (const former of columns.slice(0, at)) addScaled(column, -dot(former, column), former, 0);
    const length = Math.sqrt(dot(column, column));
    const scale = length > INDEPENDENT * before ? 1 / length : 0;
    for (let i = 0; i < height; i += 1) column[i] *= scale;
  }
  const result = new Float64Array(matrix.length);
  for (const [at, column] of columns.entries()) {
    for (let row = 0; row < height; row += 1) result[row * width + at] = column[row];
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

/** Inner products of the columns of a matrix [N, width]. */
function gram(matrix: Float64Array, width: number): Matrix {
  const products = new Float64Array(width * width);
  for (let from = 0; from < matrix.length; from += width) {
    for (let i = 0; i < width; i += 1) {
      addScaled(products.subarray(i * width, (i + 1) * width), matrix[from + i], matrix, from);
    }
  }
  return Matrix.from1DArray(width, width, products);
}

/** Eigenvalues of a symmetric matrix, descending, and the eigenvectors as columns. */
function eigen(matrix: Matrix): { values: number[]; vectors: number[][] } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return {
    values: order.map((i) => realEigenvalues[i]),
    vectors: eigenvectorMatrix.to2DArray().map((row) => order.map((i) => row[i])),
  };
}
