import { TrainError } from './errors.js';
import type { HostTensor } from './executor.js';

/** Puts the rows of batches back into the order of the examples. */
export class RowCollector {
  private values: Float32Array | undefined;
  private rowShape: readonly number[] = [];

  /** @param what for messages: `predictions` or `labels` */
  constructor(
    private readonly what: string,
    private readonly rows: number,
  ) {}

  /**
   * @param indices of the examples, one for each row of the tensor
   * @throws TrainError `shape-mismatch`
   */
  add(indices: readonly number[], values: ArrayLike<number>, shape: readonly number[]): void {
    const [found = 0, ...rowShape] = shape;
    const width = rowShape.reduce((product, size) => product * size, 1);
    if (!this.values) {
      this.rowShape = rowShape;
      this.values = new Float32Array(this.rows * width);
    }
    if (found !== indices.length || rowShape.join() !== this.rowShape.join()) {
      const expected = [indices.length, ...this.rowShape].join(', ');
      throw new TrainError(
        'shape-mismatch',
        `${this.what}: expected shape [${expected}], one row an example and all batches alike, ` +
          `found [${shape.join(', ')}].`,
        { expected: [indices.length, ...this.rowShape], found: shape },
      );
    }
    for (const [row, index] of indices.entries()) {
      for (let column = 0; column < width; column++) {
        this.values[index * width + column] = values[row * width + column];
      }
    }
  }

  /** All rows, in the order of the examples. */
  result(): HostTensor {
    return { values: this.values ?? new Float32Array(0), shape: [this.rows, ...this.rowShape] };
  }
}
