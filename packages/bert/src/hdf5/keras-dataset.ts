import type { ParameterToSave } from '../checkpoint-save.js';
import { CheckpointError } from '../errors.js';
import { transposed } from '../weight-names.js';
import type { DatasetToWrite } from './write-hdf5.js';

/** Parameters by our names, in memory orientation: kernels [in, out]. */
export type ParametersToSave = ReadonlyMap<string, ParameterToSave>;

/** The error for parameters that a class of another library does not have. */
export function unknownParameters(file: string, names: readonly string[], who: string): CheckpointError {
  const message = `${file}: ${who} has no ${names.join(', ')}.`;
  return new CheckpointError('parameters-mismatch', message, { file, unexpected: names });
}

/** A dataset of a parameter; kernels are [in, out] in Keras, as they are in memory. */
export function toDataset(path: string, isKernel: boolean, parameter: ParameterToSave): DatasetToWrite {
  const [rows, columns] = parameter.shape;
  const turn = isKernel && !parameter.transpose && parameter.shape.length === 2;
  return {
    path,
    shape: turn ? [columns, rows] : parameter.shape,
    values: async () => (turn ? transposed(await parameter.values(), rows, columns) : parameter.values()),
  };
}
