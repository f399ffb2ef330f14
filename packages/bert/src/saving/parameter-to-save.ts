import type { StoredParameter } from '../checkpoint-fit.js';
import { CheckpointError } from '../errors.js';

/** A parameter that can be saved. */
export interface ParameterToSave extends StoredParameter {
  /** Its values, row-major in memory orientation; asked for once, when its turn has come, and not kept. */
  values(): Float32Array | Promise<Float32Array>;
}

/** Parameters by our names, in memory orientation: kernels [in, out]. */
export type ParametersToSave = ReadonlyMap<string, ParameterToSave>;

/** The error for parameters that a class of another library does not have. */
export function unknownParameters(file: string, names: readonly string[], who: string): CheckpointError {
  const message = `${file}: ${who} has no ${names.join(', ')}.`;
  return new CheckpointError('parameters-mismatch', message, { file, unexpected: names });
}
