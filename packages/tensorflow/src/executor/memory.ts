import { freemem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { OpError } from '../c-api/status.js';
import { TensorFlowError } from '../errors.js';

/** `out-of-memory`: a step needs more than there is. Nothing has been computed or changed. */
export class MemoryError extends TensorFlowError<'out-of-memory'> {
  override readonly name = 'MemoryError';

  /** @param bytes what the step needs beside what is in use already */
  constructor(
    message: string,
    readonly bytes: number,
    options?: { readonly cause?: unknown },
  ) {
    super('out-of-memory', message, options);
  }
}

/**
 * Refuses a step for which main memory does not suffice: where memory is overcommitted the system would end the process
 * without a word.
 * @param bytes estimate of what the step needs beside what is in use already
 * @throws MemoryError
 */
export function requireMemory(bytes: number): void {
  const available = availableMemory();
  if (bytes <= available) return;
  throw new MemoryError(
    `a step needs about ${gigabytes(bytes)} for activations and gradients, but ${gigabytes(available)} are available.`,
    bytes,
  );
}

/** An error of TensorFlow's, with what the step needs when it is one of memory. */
export function withNeed(error: unknown, bytes: number): unknown {
  if (!(error instanceof OpError) || error.code !== 'out-of-memory') return error;
  return new MemoryError(error.message, bytes, { cause: error });
}

/**
 * Has JavaScript give back what it no longer uses. Parameters that have moved to TensorFlow leave arrays of their size
 * behind, and nothing in a training loop is large enough to make the collector look for them: it sees handles only.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}

/** What this process can still have, limits of its container included. */
function availableMemory(): number {
  // Node 20.13 and later; before that only what nobody uses, without caches that the system would give up.
  return (process as { availableMemory?: () => number }).availableMemory?.() ?? freemem();
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
