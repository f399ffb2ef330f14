import type { CheckpointErrorCode } from '../errors.js';
import type { TorchStorage } from './torch-tensor.js';

/** A file of PyTorch's, in whichever of its forms. */
export interface TorchFile {
  /** what `torch.save` was given */
  readonly root: unknown;
  /** whether the numbers have their most significant byte first */
  readonly bigEndian: boolean;
  /**
   * A number by which storages can be put in the order in which they lie in the file.
   * @throws CheckpointError where the file has no such storage, or one of another length
   */
  place(storage: TorchStorage): number;
  /** Byte of the file where a storage begins. */
  locate(storage: TorchStorage): Promise<number>;
}

/** Reads a pickle of PyTorch's out of bytes. */
export type ReadPickle = (
  bytes: Uint8Array,
  start: number,
) => { readonly value: unknown; readonly end: number };

/** Makes the error for a file; the text says what was found. */
export type FileFault = (found: string, code?: CheckpointErrorCode) => Error;
