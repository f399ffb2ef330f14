import type { ParameterToSave } from '../saving/parameter-to-save.js';
import { transposed } from '../weight-names.js';
import type { DatasetToWrite } from './write-hdf5.js';

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
