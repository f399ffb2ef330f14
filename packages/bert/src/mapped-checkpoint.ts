import type { Checkpoint, CheckpointEntry } from './checkpoint.js';
import { CheckpointError } from './errors.js';
import type { MappedName } from './names/mapped-name.js';
import { transposed } from './weight-names.js';

/** Tensors of a file under the names that the file has. A checkpoint is one. */
export type TensorStore = Pick<Checkpoint, 'file' | 'entries' | 'read' | 'close'>;

/** A checkpoint whose matrices can be had either way round. */
export type MappedCheckpoint = Checkpoint & Required<Pick<Checkpoint, 'readTransposed'>>;

/** A tensor that is to be read under another name. */
interface Stored {
  readonly key: string;
  /** as in the file, with the axes of heads merged */
  readonly shape: readonly number[];
  readonly transpose: boolean;
}

/**
 * Shape with the axes of heads merged, as it is row-major: [D, H, K] and [H, K, D] become [D, D], [H, K] becomes [D].
 * @param name in Hugging Face's layout
 */
export function mergeHeads(name: string, shape: readonly number[]): readonly number[] {
  if (name.endsWith('.bias') && shape.length === 2) return [shape[0] * shape[1]];
  if (!name.endsWith('.weight') || shape.length !== 3) return shape;
  const [first, second, third] = shape;
  return name.endsWith('.attention.output.dense.weight') ? [first * second, third] : [first, second * third];
}

/**
 * A file of another tool as if Hugging Face had saved it, with its names and [out, in] matrices.
 * @param names by the file's names; tensors without one are left out
 * @throws CheckpointError `duplicate-name` when two tensors have one name
 */
export function mapCheckpoint(
  store: TensorStore,
  names: ReadonlyMap<string, MappedName>,
  metadata: ReadonlyMap<string, string> = new Map(),
): MappedCheckpoint {
  const { file } = store;
  const entries = new Map<string, CheckpointEntry>();
  const stored = new Map<string, Stored>();
  for (const [key, { dtype, shape: axes }] of store.entries) {
    const mapped = names.get(key);
    if (mapped === undefined) continue;
    const { name } = mapped;
    const former = stored.get(name);
    if (former !== undefined) {
      const message = `${file}: ${former.key} and ${key} are the same parameter, ${name}.`;
      throw new CheckpointError('duplicate-name', message, { file, tensor: key });
    }
    const shape = mergeHeads(name, axes);
    const transpose = mapped.transpose && shape.length === 2;
    stored.set(name, { key, shape, transpose });
    entries.set(name, { name, dtype, shape: transpose ? [...shape].reverse() : shape });
  }
  const find = (name: string): Stored => {
    const tensor = stored.get(name);
    if (tensor !== undefined) return tensor;
    throw new CheckpointError('not-found', `${file}: there is no tensor ${name}.`, { file, tensor: name });
  };
  const read = async (name: string): Promise<Float32Array> => {
    const { key, shape, transpose } = find(name);
    const values = await store.read(key);
    return transpose ? transposed(values, shape[0], shape[1]) : values;
  };
  const readTransposed = async (name: string): Promise<Float32Array> => {
    const { key, shape, transpose } = find(name);
    const values = await store.read(key);
    return transpose ? values : transposed(values, shape[0], shape[1]);
  };
  return { file, entries, metadata, read, readTransposed, close: () => store.close() };
}
