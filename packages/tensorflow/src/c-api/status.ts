import type { Pointer, TensorFlowC } from './signatures.js';
import { TensorFlowError } from '../errors.js';

/** TensorFlow's status codes (`TF_Code`), in the order of their numbers, in the style of this project. */
const CODES = [
  'ok',
  'cancelled',
  'unknown',
  'invalid-argument',
  'deadline-exceeded',
  'not-found',
  'already-exists',
  'permission-denied',
  'resource-exhausted',
  'failed-precondition',
  'aborted',
  'out-of-range',
  'unimplemented',
  'internal',
  'unavailable',
  'data-loss',
  'unauthenticated',
] as const;

/** A status of TensorFlow; `resource-exhausted`, no memory for a tensor, is called `out-of-memory` here. */
export type OpErrorCode = Exclude<(typeof CODES)[number], 'ok' | 'resource-exhausted'> | 'out-of-memory';

/** What an operation that failed was given. */
export interface OpContext {
  /** TensorFlow's name of it, e.g. `MatMul`; of a compiled function its own */
  readonly op: string;
  /** its inputs as `float32 [2, 3]`, in order */
  readonly inputs: readonly string[];
}

/** TensorFlow refused or failed to run an operation. */
export class OpError extends TensorFlowError<OpErrorCode> {
  override readonly name = 'OpError';
  /** TensorFlow's name of the operation */
  readonly op: string;
  /** types and shapes of its inputs, in order */
  readonly inputs: readonly string[];

  /** @param reason what TensorFlow says */
  constructor(code: OpErrorCode, reason: string, { op, inputs }: OpContext) {
    super(code, `${op}(${inputs.join(', ')}): ${reason}`);
    this.op = op;
    this.inputs = inputs;
  }
}

/** The one status object of a context, and how it becomes an error. */
export class Status {
  /** to hand to functions of the C API */
  readonly pointer: Pointer;

  constructor(private readonly c: TensorFlowC) {
    this.pointer = c.TF_NewStatus();
  }

  /**
   * Throws when the last call that was given this status failed.
   * @param context asked for only then
   * @throws OpError
   */
  check(context: () => OpContext): void {
    const number = this.c.TF_GetCode(this.pointer);
    if (number === 0) return;
    const name = CODES[number] ?? 'unknown';
    const code = name === 'resource-exhausted' || name === 'ok' ? 'out-of-memory' : name;
    throw new OpError(code, firstLines(this.c.TF_Message(this.pointer)), context());
  }
}

/** TensorFlow's message without the stack of ops and hints about its own options that may follow. */
function firstLines(message: string): string {
  return message.split('\n').slice(0, 2).join(' ').trim();
}
