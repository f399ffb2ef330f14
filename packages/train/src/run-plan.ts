import { planBatches } from './batching.js';
import { throwProblems } from './errors.js';
import type { FitSettings } from './fit-options.js';

/** Which examples each optimiser step of a run sees. A function of the lengths and the settings alone. */
export interface RunPlan {
  /** optimiser steps of the run, `initialStep` included */
  readonly totalSteps: number;
  /** optimiser steps of each epoch */
  readonly stepsPerEpoch: readonly number[];
  /**
   * The optimiser steps of one epoch.
   * @returns for each step its micro-batches, each as indices of examples
   */
  steps(epoch: number): number[][][];
}

/**
 * Plans a run. Batches of each epoch are made once to count them, since under a token budget their number changes with
 * the order, and again when the epoch comes, so that only one epoch's are kept.
 * @param lengths tokens of each example; at least one
 * @throws TrainError `example-too-long`; `invalid-options` when the run has no steps left
 */
export function planRun(
  lengths: ArrayLike<number>,
  settings: FitSettings,
  paddedLength?: (longest: number) => number,
): RunPlan {
  const { gradientAccumulationSteps, maxSteps, initialStep } = settings;
  const stepsOf = (epoch: number): number[][][] => {
    const { seed, shuffle, groupByLength, sizing } = settings;
    const batches = planBatches(lengths, { ...sizing, seed, epoch, shuffle, groupByLength, paddedLength });
    return chunks(batches, gradientAccumulationSteps).slice(0, settings.stepsPerEpoch);
  };

  const sameEachEpoch = settings.sizing.batchTokens === undefined;
  const stepsPerEpoch: number[] = [];
  let totalSteps = 0;
  let inEpoch = 0;
  while (stepsPerEpoch.length < settings.epochs && totalSteps < maxSteps) {
    if (!sameEachEpoch || inEpoch === 0) inEpoch = stepsOf(stepsPerEpoch.length).length;
    const steps = Math.min(inEpoch, maxSteps - totalSteps);
    stepsPerEpoch.push(steps);
    totalSteps += steps;
  }
  if (initialStep > totalSteps || (initialStep === totalSteps && !settings.isResumed)) {
    throwProblems('fit', [
      `initialStep is ${initialStep} but the run has ${totalSteps} steps: nothing is left`,
    ]);
  }
  return {
    totalSteps,
    stepsPerEpoch,
    steps: (epoch) => stepsOf(epoch).slice(0, stepsPerEpoch[epoch]),
  };
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
