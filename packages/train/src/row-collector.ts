import { TrainError } from './errors.js';
import type { HostTensor } from './executor.js';

/** Puts the rows of batches back into the order of the examples. */
export class RowCollector {
  private values: Float32Array | undefined;
  private rowShape: readonly number[] = [];

  /**
   * @param what for messages: `predictions` or `labels`
   * @param fill what rows are filled up with where batches differ in axis 1; undefined: they must not differ
   */
  constructor(
    private readonly what: string,
    private readonly rows: number,
    private readonly fill?: number,
  ) {}

  /**
   * @param indices of the examples, one for each row of the tensor
   * @throws TrainError `shape-mismatch`
   */
  add(indices: readonly number[], values: ArrayLike<number>, shape: readonly number[]): void {
    const [found = 0, ...rowShape] = shape;
    const width = size(rowShape);
    if (!this.values) this.resize(rowShape);
    this.check(indices.length, found, rowShape);
    if (rowShape[0] > this.rowShape[0]) this.resize(rowShape);
    const stride = size(this.rowShape);
    const to = this.values ?? new Float32Array(0);
    for (const [row, index] of indices.entries()) {
      for (let column = 0; column < width; column++) {
        to[index * stride + column] = values[row * width + column];
      }
    }
  }

  /** All rows, in the order of the examples. */
  result(): HostTensor {
    return { values: this.values ?? new Float32Array(0), shape: [this.rows, ...this.rowShape] };
  }

  private check(expectedRows: number, rows: number, rowShape: readonly number[]): void {
    const fixed = (shape: readonly number[]): string =>
      `${shape.length}: ${(this.fill === undefined ? shape : shape.slice(1)).join()}`;
    if (rows === expectedRows && fixed(rowShape) === fixed(this.rowShape)) return;
    const expected = [expectedRows, ...this.rowShape];
    throw new TrainError(
      'shape-mismatch',
      `${this.what}: expected shape [${expected.join(', ')}], one row an example and all batches alike, ` +
        `found [${[rows, ...rowShape].join(', ')}].`,
      { expected, found: [rows, ...rowShape] },
    );
  }

  /** Makes room for rows of this shape; a row that is there becomes the beginning of one. */
  private resize(rowShape: readonly number[]): void {
    const before = this.values;
    const [from, to] = [size(this.rowShape), size(rowShape)];
    this.values = new Float32Array(this.rows * to).fill(this.fill ?? 0);
    this.rowShape = rowShape;
    if (!before) return;
    for (let row = 0; row < this.rows; row++) {
      this.values.set(before.subarray(row * from, (row + 1) * from), row * to);
    }
  }
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
