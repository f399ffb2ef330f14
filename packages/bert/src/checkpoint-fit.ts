import type { CheckpointEntry } from './checkpoint.js';
import { CheckpointError, type ParameterMismatch } from './errors.js';
import { FLOAT_DTYPES, isFloat } from './safetensors/dtype.js';
import { belongsToAnotherHead, isBuffer, otherOrientation, toParameterName } from './weight-names.js';

/** What a model needs to know of one of its parameters to load or save it. */
export interface StoredParameter {
  /** shape in memory; kernels are [in, out] */
  readonly shape: readonly number[];
  /** whether the file holds the transpose, [out, in] */
  readonly transpose: boolean;
}

/** What does not have to fit. Each entry is a parameter's name or the beginning of one up to a dot: `classifier`. */
export interface FitOptions {
  /** parameters that may be absent from the file, because they are new; they keep their initial values */
  readonly allowMissing?: readonly string[] | undefined;
  /** parameters whose shape may differ, for example a head with other labels; they keep their initial values */
  readonly allowMismatched?: readonly string[] | undefined;
  /** tensors of the file that the model may lack; heads that BERT is known to have need not be listed */
  readonly allowUnexpected?: readonly string[] | undefined;
}

/** How names and shapes of a file and a model fit. Parameter names are ours, without the `bert.` prefix. */
export interface CheckpointFit {
  /** tensor in the file for each parameter that will be loaded, in the order of the file */
  readonly found: ReadonlyMap<string, CheckpointEntry>;
  /** parameters that are not in the file */
  readonly missing: readonly string[];
  /** tensors of the file, as it spells them, that mean nothing here */
  readonly unexpected: readonly string[];
  /** parameters with another shape or dtype */
  readonly mismatched: readonly ParameterMismatch[];
  /** tensors of the file, as it spells them, that belong to another head, or to a pooler the model does not have */
  readonly unused: readonly string[];
}

/** Whether a list names a parameter or something above it. */
export function isListed(parameter: string, list: readonly string[] = []): boolean {
  return list.some(
    (entry) => parameter === entry || parameter.startsWith(entry.endsWith('.') ? entry : `${entry}.`),
  );
}

const format = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/**
 * Compares a file's header with a model, in full.
 * @throws CheckpointError `duplicate-name` when two tensors of the file are the same parameter, for example with and
 *   without prefix
 */
export function fitCheckpoint(
  entries: ReadonlyMap<string, CheckpointEntry>,
  expected: ReadonlyMap<string, StoredParameter>,
  file: string,
): CheckpointFit {
  const found = new Map<string, CheckpointEntry>();
  const present = new Map<string, string>();
  const unexpected: string[] = [];
  const unused: string[] = [];
  const mismatched: ParameterMismatch[] = [];
  for (const entry of entries.values()) {
    const name = toParameterName(entry.name);
    if (isBuffer(name)) continue;
    const other = present.get(name);
    if (other !== undefined) {
      const message = `${file}: ${other} and ${entry.name} are the same parameter, ${name}. Remove one of them.`;
      throw new CheckpointError('duplicate-name', message, { file, tensor: entry.name });
    }
    present.set(name, entry.name);
    const parameter = expected.get(name);
    if (parameter === undefined) {
      (belongsToAnotherHead(name) ? unused : unexpected).push(entry.name);
      continue;
    }
    const shape = otherOrientation(parameter.shape, parameter.transpose);
    const fits =
      shape.length === entry.shape.length && shape.every((size, axis) => size === entry.shape[axis]);
    if (!fits) {
      mismatched.push({ name, expected: format(shape), found: format(entry.shape) });
    } else if (!isFloat(entry.dtype)) {
      mismatched.push({ name, expected: [...FLOAT_DTYPES].join(', '), found: entry.dtype });
    } else {
      found.set(name, entry);
    }
  }
  const missing = [...expected.keys()].filter((name) => !present.has(name));
  return { found, missing, unexpected, mismatched, unused };
}
