import { AppError } from '../errors.js';

/** What needed more memory than there is. */
export interface MemoryNeed {
  /** The work, where the error does not tell the step: `evaluation`. */
  readonly where: string;
  /** Rows and tokens of the batch, where the error does not tell them. */
  readonly shape?: readonly number[];
  /** What can be lowered. */
  readonly remedy: string;
}

/** The part of the errors of `@bertune/train` and of executors that is read here. */
interface OutOfMemoryLike {
  readonly code: 'out-of-memory';
  readonly message: string;
  readonly bytes?: number;
  readonly cause?: unknown;
  readonly details?: {
    readonly step?: number;
    readonly bytes?: number;
    readonly shapes?: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

function isOutOfMemory(error: unknown): error is OutOfMemoryLike {
  return error instanceof Error && (error as { code?: unknown }).code === 'out-of-memory';
}

/** An error that says in terms of the command line what to lower; an error about something else stays as it is. */
export function memoryError(error: unknown, { where, shape, remedy }: MemoryNeed): unknown {
  if (error instanceof AppError || !isOutOfMemory(error)) return error;
  const { details = {}, cause } = error;
  const shapes = details.shapes?.flatMap(({ inputIds }) => (inputIds ? [inputIds] : [])) ?? [];
  const [rows = 0, length = 0] = shape ?? largest(shapes);
  const bytes = details.bytes ?? error.bytes;
  const need = bytes === undefined ? 'memory' : `about ${(bytes / 1e9).toFixed(1)} GB of memory`;
  return new AppError('out-of-memory', {
    where: details.step === undefined ? where : `${where}, step ${details.step + 1}`,
    expected: `${need} for a batch of ${rows} texts of ${length} tokens`,
    found: `too little: ${(cause instanceof Error ? cause : error).message.replace(/\.$/, '')}`,
    remedy,
    cause: error,
  });
}

function largest(shapes: readonly (readonly number[])[]): readonly number[] {
  const size = ([rows = 0, length = 0]: readonly number[]): number => rows * length;
  return shapes.reduce((a, b) => (size(b) > size(a) ? b : a), []);
}
