import { TrainError } from './errors.js';
import type { OutOfMemory } from './executor.js';
import { tensorProperties } from './trainable.js';

/**
 * The error of work that needs more memory than there is: what it worked on, what it would have needed, what to lower.
 * @param where e.g. `Step 12`
 * @param batches what it worked on
 * @param details further values for programs
 * @returns undefined when the error is about something else
 */
export function outOfMemoryError(
  error: unknown,
  where: string,
  batches: readonly object[],
  details: Readonly<Record<string, unknown>> = {},
): TrainError | undefined {
  if (!isOutOfMemory(error)) return undefined;
  const shapes = batches.map((batch) =>
    Object.fromEntries([...tensorProperties(batch)].map(([name, { shape }]) => [name, shape])),
  );
  const { bytes } = error;
  const of = shapes.length > 1 ? `${shapes.length} micro-batches, the largest` : 'a batch';
  const need = bytes === undefined ? 'more memory than there is' : `about ${gigabytes(bytes)} of memory`;
  return new TrainError(
    'out-of-memory',
    `${where} needs ${need} for ${of} ${written(largest(shapes))}: ${error.message.replace(/\.$/, '')}. ` +
      'Lower the batch size (gradientAccumulationSteps makes up for it) or the longest input, or have the model ' +
      'compute activations anew instead of keeping them (recompute).',
    { ...details, shapes, ...(bytes === undefined ? {} : { bytes }) },
    { cause: error },
  );
}

type Shapes = Readonly<Record<string, readonly number[]>>;

function isOutOfMemory(error: unknown): error is OutOfMemory {
  return error instanceof Error && (error as { code?: unknown }).code === 'out-of-memory';
}

function largest(batches: readonly Shapes[]): Shapes {
  const size = (shapes: Shapes): number =>
    Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return batches.reduce((a, b) => (size(b) > size(a) ? b : a), batches[0] ?? {});
}

function written(shapes: Shapes): string {
  const parts = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  return `of ${parts.join(', ')}`;
}

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
