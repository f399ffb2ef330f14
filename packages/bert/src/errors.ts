/**
 * Base class of everything `@bertune/bert` throws on purpose.
 * Switch on `code`, not on `instanceof`: two copies of the package in one program have two classes.
 */
export class BertError<Code extends string = string> extends Error {
  override readonly name: string = 'BertError';

  /**
   * @param code what went wrong, for programs
   * @param message where, what was expected, what was found, what to do
   * @param options.cause the error underneath, when there is one
   */
  constructor(
    readonly code: Code,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * - `not-json`: the file is not a JSON object
 * - `invalid-config`: one or more fields are missing, wrong, or ask for something this package does not do
 */
export type ConfigErrorCode = 'not-json' | 'invalid-config';

/** One field that is wrong. */
export interface ConfigProblem {
  /** name of the field as the source spells it: `hidden_size` in a file, `hiddenSize` in an options object */
  readonly field: string;
  /** what the field must be */
  readonly expected: string;
  /** what it is, as JSON; `undefined` when it is missing */
  readonly found: string | undefined;
}

/** A configuration that cannot be used. `problems` holds every fault of it, not only the first. */
export class ConfigError extends BertError<ConfigErrorCode> {
  override readonly name = 'ConfigError';

  constructor(
    code: ConfigErrorCode,
    /** the file, or what else the configuration came from */
    readonly source: string,
    /** all faults; empty for `not-json` */
    readonly problems: readonly ConfigProblem[],
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(code, message, options);
  }
}

/**
 * Reading:
 * - `not-found`: no such file, or no weights in the folder
 * - `read-failed`: the system refused to read
 * - `truncated`: the file ends before its data does
 * - `trailing-data`: bytes after the last tensor
 * - `header-too-large`: the length in the first eight bytes is more than the file has, or than the format allows
 * - `header-not-json`, `header-invalid`: the header cannot be understood
 * - `duplicate-name`: one name, two tensors
 * - `unknown-dtype`: a type that the format does not have; `unsupported-dtype`: one this package does not read
 * - `checksum-mismatch`: the bytes are not those that were written
 * - `archive-invalid`, `pickle-invalid`: a file of PyTorch's that cannot be understood
 * - `forbidden-global`: a pickle names something of Python's that is no part of a tensor, see `global`; nothing is executed
 * - `size-mismatch`: shape and number of bytes contradict each other
 * - `offsets-invalid`, `offsets-overlap`, `offsets-gap`, `offsets-outside-file`: places of tensors that cannot be
 * - `inexact-value`: an integer or 64-bit value that float32 cannot hold
 * - `index-invalid`, `index-mismatch`, `missing-shard`, `unsafe-path`: faults of the list of a checkpoint's tensors or
 *   files
 * - `parameters-mismatch`: names or shapes do not fit the model
 *
 * Writing:
 * - `write-failed`: the system refused to write, for example because the disk is full
 * - `value-out-of-range`: a finite value that the chosen dtype cannot hold
 * - `not-supported`: this environment cannot write files
 */
export type CheckpointErrorCode =
  | 'not-found'
  | 'read-failed'
  | 'truncated'
  | 'trailing-data'
  | 'header-too-large'
  | 'header-not-json'
  | 'header-invalid'
  | 'duplicate-name'
  | 'unknown-dtype'
  | 'unsupported-dtype'
  | 'archive-invalid'
  | 'pickle-invalid'
  | 'forbidden-global'
  | 'checksum-mismatch'
  | 'size-mismatch'
  | 'offsets-invalid'
  | 'offsets-overlap'
  | 'offsets-gap'
  | 'offsets-outside-file'
  | 'inexact-value'
  | 'index-invalid'
  | 'index-mismatch'
  | 'missing-shard'
  | 'unsafe-path'
  | 'parameters-mismatch'
  | 'write-failed'
  | 'value-out-of-range'
  | 'not-supported';

/** A parameter whose stored form is not the one the model has. Shapes as on disk: kernels `[out, in]`. */
export interface ParameterMismatch {
  /** our name, without the `bert.` prefix */
  readonly name: string;
  /** what the model has, as it would be on disk */
  readonly expected: string;
  /** what the file has */
  readonly found: string;
}

/** Where a checkpoint went wrong. Only the fields that apply are there. */
export interface CheckpointErrorDetails {
  /** path or address of the file or folder */
  readonly file: string;
  /** name of the tensor, as in the file */
  readonly tensor?: string;
  /** `forbidden-global`: module and name, such as `os.system` */
  readonly global?: string;
  /** `parameters-mismatch`: parameters of the model that the file does not have */
  readonly missing?: readonly string[];
  /** `parameters-mismatch`: tensors of the file that no BERT of this kind has */
  readonly unexpected?: readonly string[];
  /** `parameters-mismatch`: parameters with another shape or dtype */
  readonly mismatched?: readonly ParameterMismatch[];
  /** the error underneath */
  readonly cause?: unknown;
}

/** A weight file or folder that cannot be read, does not fit, or could not be written. */
export class CheckpointError extends BertError<CheckpointErrorCode> {
  override readonly name = 'CheckpointError';
  readonly file: string;
  readonly tensor: string | undefined;
  readonly global: string | undefined;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly ParameterMismatch[];

  constructor(code: CheckpointErrorCode, message: string, details: CheckpointErrorDetails) {
    super(code, message, details.cause === undefined ? undefined : { cause: details.cause });
    this.file = details.file;
    this.tensor = details.tensor;
    this.global = details.global;
    this.missing = details.missing ?? [];
    this.unexpected = details.unexpected ?? [];
    this.mismatched = details.mismatched ?? [];
  }
}

/** A model was put together without one of its parameters. */
export function missingParameter(name: string): BertError<'missing-parameter'> {
  return new BertError(
    'missing-parameter',
    `parameters: expected ${name} among them, found no such name. Names are Hugging Face's, without \`bert.\`.`,
  );
}
