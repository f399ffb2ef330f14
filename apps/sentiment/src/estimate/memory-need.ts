import type { BatchShape } from '@bertune/train';

/** What of a model decides how much memory its training needs. */
export interface ModelSizes {
  /** Values of all parameters. */
  readonly parameters: number;
  /** Values of those that are trained in some step. */
  readonly trained: number;
  /** Running figures of the optimizer for each trained value. */
  readonly slots: number;
  /** L; 0 where the encoder is not run. */
  readonly layers: number;
  /** D. */
  readonly hidden: number;
  /** Width between the two maps of a feed-forward layer. */
  readonly intermediate: number;
  /** H. */
  readonly heads: number;
  /** Activations of the layers are computed anew for the gradient. */
  readonly recompute: boolean;
}

/** Bytes that a training takes at its height. */
export interface MemoryNeed {
  /** The program: libraries, data, what is not among the others. */
  readonly program: number;
  /** The weights. */
  readonly parameters: number;
  /** Of all trained parameters at once; twice while they are clipped. */
  readonly gradients: number;
  /** Moments. */
  readonly optimizer: number;
  /** Of the largest batch, what the backward pass uses of the forward pass, and what is at work beside it. */
  readonly activations: number;
  /** Copies that a checkpoint is written from. */
  readonly saving: number;
  /** All of it. */
  readonly total: number;
}

const FLOAT = 4;

/**
 * How many arrays of the size of a layer's states [B, T, D], of its feed-forward activations [B, T, I] and of its attention
 * [B, H, T, T] are there at once. Counted by measuring; see README, "How much memory".
 */
const KEPT = {
  /** A step in one function: what the gradients were written for is kept. */
  compiled: { states: 9, intermediate: 2, attention: 2.2 },
  /** Op by op: every result of the forward pass waits for the backward pass. */
  eager: { states: 14, intermediate: 2.5, attention: 3.5 },
} as const;

/** How steps are run. */
export type Execution = keyof typeof KEPT;

/**
 * Bytes of the activations of one batch.
 * @param shape rows B and tokens T of it
 */
export function activationBytes(
  { layers, hidden, intermediate, heads, recompute }: ModelSizes,
  { rows, length }: BatchShape,
  execution: Execution,
): number {
  const { states, intermediate: between, attention } = KEPT[execution];
  const tokens = rows * length;
  const layer =
    FLOAT *
    (states * tokens * hidden + between * tokens * intermediate + attention * rows * heads * length ** 2);
  // With recompute a layer keeps its input alone, until its own turn comes.
  return recompute ? layers * FLOAT * tokens * hidden + layer : layers * layer;
}

/**
 * What a training will take.
 * @param program bytes resident without the model's parameters
 * @param saves whether it writes checkpoints on the way
 */
export function memoryNeed(
  sizes: ModelSizes,
  largestBatch: BatchShape,
  {
    program,
    execution,
    saves,
  }: { readonly program: number; readonly execution: Execution; readonly saves: boolean },
): MemoryNeed {
  const parameters = FLOAT * sizes.parameters;
  const gradients = FLOAT * sizes.trained;
  const optimizer = sizes.slots * gradients;
  const activations = activationBytes(sizes, largestBatch, execution);
  const saving = saves ? parameters + optimizer : 0;
  // Never together: the backward pass, the clipping of its gradients, a checkpoint between two steps. Op by op the memory of
  // the activations is not given back in time for the clipped gradients.
  const backward = activations + (execution === 'eager' ? 2 : 1) * gradients;
  const total = program + parameters + optimizer + Math.max(backward, 2 * gradients, saving);
  return { program, parameters, gradients, optimizer, activations, saving, total };
}

/**
 * The largest number of rows with which a training stays within a limit; 0 where none does.
 * @param need bytes for so many rows, rising
 */
export function largestRows(limit: number, rows: number, need: (rows: number) => number): number {
  let [fits, toomany] = [0, rows + 1];
  while (toomany - fits > 1) {
    const middle = (fits + toomany) >> 1;
    if (need(middle) <= limit) fits = middle;
    else toomany = middle;
  }
  return fits;
}
