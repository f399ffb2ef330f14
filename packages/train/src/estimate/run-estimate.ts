import type { PlannedWork } from './planned-work.js';
import { type BatchShape, keyOf, type MeasuredShape, stepCost } from './step-cost.js';

/** What a run will take: see `CompiledModel.estimate`. */
export interface RunEstimate {
  /** optimiser steps that are left of the run */
  readonly steps: number;
  /** tokens that it goes through, without padding */
  readonly tokens: number;
  /** the same with padding */
  readonly paddedTokens: number;
  /** seconds that `fit` will take, validation and compiling included, from now on */
  readonly seconds: number;
  /** of these, seconds of validation */
  readonly validationSeconds: number;
  /** of these, seconds of compiling shapes that have not come yet */
  readonly compileSeconds: number;
  /** rows and padded length of the batch that needs most memory */
  readonly largestBatch: BatchShape;
  /** the shapes that were tried out */
  readonly measured: readonly MeasuredShape[];
}

/** What an estimate is worked out from. */
export interface Measurements {
  readonly work: PlannedWork;
  /** batches of one validation; empty without */
  readonly validation: readonly BatchShape[];
  /** whether batches of a shape are compiled: rows of a full batch */
  readonly isFull: (shape: BatchShape) => boolean;
  /** training batches that were tried out; at least one */
  readonly training: readonly MeasuredShape[];
  /** a validation batch that was tried out */
  readonly evaluated: MeasuredShape | undefined;
}

/** Adds up what was measured over what is planned. */
export function runEstimate({ work, validation, isFull, training, evaluated }: Measurements): RunEstimate {
  const cost = stepCost(training);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const trainSeconds = sum(work.shapes.map((shape) => shape.count * cost(shape)));

  // Forward passes of any shape relate to training steps as the one that was measured does.
  const ratio = evaluated ? evaluated.seconds / cost(evaluated) : 0;
  const validationSeconds = work.epochs * ratio * sum(validation.map(cost));

  const compileSeconds =
    newShapes(work.shapes, training, isFull) * Math.min(...training.map(({ firstSeconds }) => firstSeconds)) +
    (evaluated ? newShapes(validation, [evaluated], isFull) * evaluated.firstSeconds : 0);
  const { rows, length } = work.shapes[0];
  return {
    steps: work.steps,
    tokens: work.tokens,
    paddedTokens: work.paddedTokens,
    seconds: trainSeconds + validationSeconds + compileSeconds,
    validationSeconds,
    compileSeconds,
    largestBatch: { rows, length },
    measured: training,
  };
}

/** How many full shapes are yet to come for the first time. */
function newShapes(
  shapes: readonly BatchShape[],
  measured: readonly BatchShape[],
  isFull: (shape: BatchShape) => boolean,
): number {
  const known = new Set(measured.map(keyOf));
  return new Set(
    shapes
      .filter(isFull)
      .map(keyOf)
      .filter((key) => !known.has(key)),
  ).size;
}
