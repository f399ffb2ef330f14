import type { Fault } from './byte-cursor.js';
import type { EntryMessage } from './bundle-messages.js';
import { sliceKey } from './ordered-code.js';

/** One part of a tensor that was saved in slices. */
export interface TensorPart {
  readonly entry: EntryMessage;
  /** where it begins on the tensor's sliced axis */
  readonly start: number;
}

/** A tensor put together of parts along one axis; together they are the whole tensor, without gap or overlap. */
export interface SlicedTensor {
  readonly axis: number;
  /** in the order of the axis */
  readonly parts: readonly TensorPart[];
}

/**
 * Finds the parts of a tensor. A partitioned variable of TensorFlow is cut along one axis, so that is what is read.
 * @param key of the tensor, one character for each byte
 * @throws Fault where a part is missing or of another shape or type, or parts do not make up the tensor
 */
export function findParts(
  key: string,
  { slices, shape, type }: EntryMessage,
  entries: ReadonlyMap<string, EntryMessage>,
  fault: Fault,
): SlicedTensor {
  const isWhole = (start: number, length: number, size: number): boolean =>
    start === 0 && (length === -1 || length === size);
  const axes = new Set<number>();
  for (const extents of slices) {
    if (extents.length !== shape.length) throw fault(`a slice of ${key} has ${extents.length} dimensions`);
    extents.forEach(({ start, length }, axis) => {
      if (!isWhole(start, length, shape[axis])) axes.add(axis);
    });
  }
  if (axes.size > 1) throw fault(`${key} is cut along ${axes.size} axes; TensorFlow cuts along one`);
  const [axis = 0] = axes;
  const parts = slices.map((extents): TensorPart => {
    const entry = entries.get(sliceKey(key, extents));
    if (entry === undefined) throw fault(`a slice of ${key} is not there`);
    const partShape = extents.map(({ length }, i) => (length === -1 ? shape[i] : length));
    const fits =
      entry.type === type &&
      entry.slices.length === 0 &&
      entry.shape.length === shape.length &&
      partShape.every((size, i) => size === entry.shape[i]);
    if (!fits) throw fault(`a slice of ${key} has another shape or type than the tensor says`);
    return { entry, start: extents[axis]?.start ?? 0 };
  });
  parts.sort((a, b) => a.start - b.start);
  let position = 0;
  for (const { entry, start } of parts) {
    if (start !== position) throw fault(`the slices of ${key} leave a gap or overlap at ${start}`);
    position += entry.shape[axis] ?? 1;
  }
  if (position !== (shape[axis] ?? 1)) throw fault(`the slices of ${key} end at ${position}`);
  return { axis, parts };
}

/**
 * Puts the values of a part in their place.
 * @param target the tensor's values, row-major
 * @param shape the tensor's
 * @param values the part's, row-major
 */
export function placePart(
  target: Float32Array,
  shape: readonly number[],
  values: Float32Array,
  axis: number,
  start: number,
): void {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const row = inner * (shape[axis] ?? 1);
  const rows = row === 0 ? 0 : target.length / row;
  const length = rows === 0 ? 0 : values.length / rows;
  for (let i = 0; i < rows; i++) {
    target.set(values.subarray(i * length, (i + 1) * length), i * row + start * inner);
  }
}
