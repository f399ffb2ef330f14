import { TensorFlowError } from '../errors.js';

/**
 * - `unsupported-platform`: there is no TensorFlow of the pinned version for this system
 * - `no-python`, `no-pip`: what downloads is missing
 * - `no-network`: pip reached no index
 * - `not-in-index`: the index that pip asks does not have the package
 * - `download-failed`: pip failed in another way, or nothing came for a long time
 * - `bad-wheel`: what was downloaded is not what it should be
 * - `disk-full`: the cache's disk has too little room
 * - `cache-not-writable`: the cache folder cannot be made or written
 * - `aborted`: the caller's signal
 */
export type LibraryErrorCode =
  | 'unsupported-platform'
  | 'no-python'
  | 'no-pip'
  | 'no-network'
  | 'not-in-index'
  | 'download-failed'
  | 'bad-wheel'
  | 'disk-full'
  | 'cache-not-writable'
  | 'aborted';

/** The parts of a message, in the order in which they are read. */
export interface LibraryErrorParts {
  /** The file, folder or command. */
  readonly where: string;
  /** What should have been there. */
  readonly expected: string;
  /** What was there instead. */
  readonly found: string;
  /** The next thing to try. */
  readonly remedy: string;
}

/** TensorFlow's libraries cannot be provided. */
export class LibraryError extends TensorFlowError<LibraryErrorCode> {
  override readonly name = 'LibraryError';

  constructor(
    code: LibraryErrorCode,
    /** The values the message was made of. */
    readonly parts: LibraryErrorParts,
    options?: { readonly cause?: unknown },
  ) {
    const { where, expected, found, remedy } = parts;
    super(code, `${where}: expected ${expected}, found ${found}. ${remedy}`, options);
  }
}
