/**
 * Memory that bytes go through on their way to a transposed matrix: one buffer for all matrices of a checkpoint, for
 * memory that is new for each takes as long to get as the file to read.
 */
export class SpareBuffer {
  #spare: Float32Array<ArrayBuffer> | undefined;

  /**
   * Lends the buffer. Another call meanwhile gets one of its own.
   * @param length numbers that it holds at least
   */
  async lend<Result>(
    length: number,
    use: (buffer: Float32Array<ArrayBuffer>) => Promise<Result>,
  ): Promise<Result> {
    const spare = this.#spare;
    this.#spare = undefined;
    const buffer = spare !== undefined && spare.length >= length ? spare : new Float32Array(length);
    const result = await use(buffer);
    this.#spare = buffer;
    return result;
  }

  /** Lets go of the memory. */
  release(): void {
    this.#spare = undefined;
  }
}
