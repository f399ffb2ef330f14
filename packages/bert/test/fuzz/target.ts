import type { Draw } from './random.js';

/** Files of one input, by their names in the folder that is opened. */
export type Input = ReadonlyMap<string, Uint8Array>;

/** A reader to be tried. */
export interface Target {
  readonly name: string;
  /** once in how many rounds it has its turn; default 1. For readers that are far slower than the others */
  readonly every?: number;
  /** An input that is wrong in some way, or not: valid files, and structures of the format taken apart and changed. */
  input(draw: Draw): Input;
  /**
   * Opens the input, whose files are in `folder`, and reads everything in it.
   * @throws CheckpointError for every fault, and nothing else
   */
  read(folder: string): Promise<void>;
}
