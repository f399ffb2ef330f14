import { TensorFlowError } from '../errors.js';

/**
 * - `value-read`: a traced value was read on the host; it has none until the compiled function runs
 * - `unknown-shape`: an operation whose result has a shape that only its values tell
 * - `stale-value`: a traced value was used after its trace had ended
 * - `already-tracing`: a compiled function was called while another was being traced in a way that cannot nest
 * - `variable-created`: a `tf.Variable` was made while tracing
 * - `invalid-result`: the function gave back something that is not made of tensors
 * - `disposed`: the compiled function was disposed
 */
export type TraceErrorCode =
  | 'value-read'
  | 'unknown-shape'
  | 'stale-value'
  | 'already-tracing'
  | 'variable-created'
  | 'invalid-result'
  | 'disposed';

/** A function that cannot be compiled as it is. */
export class TraceError extends TensorFlowError<TraceErrorCode> {
  override readonly name = 'TraceError';
}
