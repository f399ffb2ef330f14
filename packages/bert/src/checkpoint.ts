/** One tensor of a checkpoint, whatever the format. */
export interface CheckpointEntry {
  /** name in Hugging Face's layout, as far as the file is one of a BERT */
  readonly name: string;
  /** by safetensors' name, such as `F32`; types that safetensors lacks have names of their format */
  readonly dtype: string;
  /** row-major, matrices [out, in]; empty for a scalar */
  readonly shape: readonly number[];
}

/**
 * The tensors of one model, in one file or several, whatever the format: names and orientation are Hugging Face's. The
 * caller closes it.
 */
export interface Checkpoint {
  /** the file, or the index of the files */
  readonly file: string;
  /** by name, in the order in which they lie on disk */
  readonly entries: ReadonlyMap<string, CheckpointEntry>;
  /** `__metadata__` of the first safetensors file; empty for other formats */
  readonly metadata: ReadonlyMap<string, string>;
  /**
   * Values of one tensor, row-major, newly allocated: exact for F32, F16 and BF16, rounded for F64.
   * @throws CheckpointError as the format's reader, see `openCheckpoint`
   */
  read(name: string): Promise<Float32Array>;
  /**
   * The same of a matrix the other way round, [in, out]: of formats that keep it like this, in which `read` has to
   * transpose, and of those that do it with less memory than a transposition after `read`.
   */
  readTransposed?(name: string): Promise<Float32Array>;
  /** Releases all files. */
  close(): Promise<void>;
}
