import { type FitOptions, fitCheckpoint, isListed, type StoredParameter } from './checkpoint-fit.js';
import { misfitError } from './checkpoint-message.js';
import type { Checkpoint, CheckpointEntry } from './checkpoint.js';
import { openCheckpoint } from './checkpoint-open.js';
import type { ParameterMismatch } from './errors.js';
import { transposed } from './weight-names.js';

/** What became of each name. All lists but `loaded` are empty unless the options allowed them or they are harmless. */
export interface LoadReport {
  /** the file, or the index of the files */
  readonly file: string;
  /** parameters that got their values from the file */
  readonly loaded: readonly string[];
  /** parameters that kept their initial values, since they may be missing */
  readonly missing: readonly string[];
  /** parameters that kept their initial values, since they may differ */
  readonly mismatched: readonly ParameterMismatch[];
  /** tensors of the file that the model lacks, and may lack */
  readonly unexpected: readonly string[];
  /** tensors of the file for another head (`cls.*`, `classifier.*`, `qa_outputs.*`, `pooler.*`) */
  readonly unused: readonly string[];
}

/**
 * Takes over the values of one parameter.
 * @param name ours, without the `bert.` prefix
 * @param values row-major float32 in memory orientation (kernels [in, out]); the callee's to keep
 * @param shape in memory orientation
 */
export type AssignParameter = (
  name: string,
  values: Float32Array,
  shape: readonly number[],
) => void | Promise<void>;

/**
 * Loads a model's parameters from a folder, strictly: every parameter must be in the file with its shape, and every
 * tensor of the file must be a parameter, a buffer, or another head's. The check comes first and reports everything
 * at once; `assign` is called only after it has passed. One tensor is in memory at a time (two while a kernel is
 * being transposed).
 * @param source see `openCheckpoint`
 * @param expected the model's parameters by our names
 * @throws CheckpointError `parameters-mismatch` with `missing`, `unexpected` and `mismatched`; otherwise as
 *   `openCheckpoint`. An error while values are being read (`read-failed`, `truncated`, `inexact-value`) leaves the
 *   parameters before it assigned: dispose of the model then.
 */
export async function loadParameters(
  source: string,
  expected: ReadonlyMap<string, StoredParameter>,
  options: FitOptions,
  assign: AssignParameter,
): Promise<LoadReport> {
  const checkpoint = await openCheckpoint(source);
  try {
    return await loadFrom(checkpoint, expected, options, assign);
  } finally {
    await checkpoint.close();
  }
}

/** Values of a tensor, a matrix transposed where the model has it the other way round. */
async function readOriented(
  checkpoint: Checkpoint,
  { name, shape }: CheckpointEntry,
  transpose: boolean,
): Promise<Float32Array> {
  if (!transpose || shape.length !== 2) return checkpoint.read(name);
  if (checkpoint.readTransposed !== undefined) return checkpoint.readTransposed(name);
  return transposed(await checkpoint.read(name), shape[0], shape[1]);
}

async function loadFrom(
  checkpoint: Checkpoint,
  expected: ReadonlyMap<string, StoredParameter>,
  options: FitOptions,
  assign: AssignParameter,
): Promise<LoadReport> {
  const fit = fitCheckpoint(checkpoint.entries, expected, checkpoint.file);
  const faults = {
    missing: fit.missing.filter((name) => !isListed(name, options.allowMissing)),
    mismatched: fit.mismatched.filter(({ name }) => !isListed(name, options.allowMismatched)),
    unexpected: fit.unexpected.filter((name) => !isListed(name, options.allowUnexpected)),
  };
  if (Object.values(faults).some((list) => list.length > 0)) {
    throw await misfitError({ ...fit, ...faults }, checkpoint, expected);
  }
  for (const [name, entry] of fit.found) {
    const parameter = expected.get(name);
    if (parameter === undefined) continue;
    await assign(name, await readOriented(checkpoint, entry, parameter.transpose), parameter.shape);
  }
  return {
    file: checkpoint.file,
    loaded: [...fit.found.keys()],
    missing: fit.missing,
    mismatched: fit.mismatched,
    unexpected: fit.unexpected,
    unused: fit.unused,
  };
}
