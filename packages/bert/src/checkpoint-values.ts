import { CheckpointError } from './errors.js';
import { DTYPE_BYTES, isReadable, type SafetensorsDtype, toFloat32 } from './safetensors/dtype.js';

/** Whose values are read, for messages. */
interface Where {
  /** path or address of the file */
  readonly file: string;
  /** name in the file */
  readonly tensor: string;
}

/**
 * The dtype by safetensors' name, when float32 can be made of it.
 * @throws CheckpointError `unsupported-dtype`
 */
export function readableDtype(dtype: string, where: Where): SafetensorsDtype {
  if (Object.hasOwn(DTYPE_BYTES, dtype) && isReadable(dtype as SafetensorsDtype))
    return dtype as SafetensorsDtype;
  const message = `${where.file}: ${where.tensor} has dtype ${dtype}, which cannot be read as float32.`;
  throw new CheckpointError('unsupported-dtype', message, where);
}

/**
 * Values as float32; for F32 they share the bytes' memory.
 * @param bytes the tensor's own buffer, from its beginning
 * @throws CheckpointError `inexact-value` for an integer or 64-bit value that float32 cannot hold
 */
export function toValues(
  dtype: SafetensorsDtype,
  bytes: Uint8Array<ArrayBuffer>,
  where: Where,
): Float32Array {
  const { values, inexactAt } = toFloat32(dtype, bytes);
  if (inexactAt < 0) return values;
  const message = `${where.file}: value ${inexactAt} of ${where.tensor} (${dtype}) does not fit into float32.`;
  throw new CheckpointError('inexact-value', message, where);
}
