import { paddingOf } from '../batching.js';
import type { RunPlan } from '../run-plan.js';
import { type BatchShape, keyOf } from './step-cost.js';

/** Epochs whose batches are looked at: those after them hold about the same. */
const EPOCHS_SEEN = 2;

/** Batches of one shape. */
export interface PlannedShape extends BatchShape {
  /** how many the run has of them; a fraction where epochs differ */
  readonly count: number;
  /** indices of the examples of one of them */
  readonly example: readonly number[];
}

/** What a run has before it. */
export interface PlannedWork {
  /** optimiser steps */
  readonly steps: number;
  /** epochs that are to end, each with a validation */
  readonly epochs: number;
  /** without padding */
  readonly tokens: number;
  /** with padding */
  readonly paddedTokens: number;
  /** of the micro-batches, the largest first */
  readonly shapes: readonly PlannedShape[];
}

/**
 * Sums up what is left of a run from the batches of its first epochs.
 * @param lengths tokens of each example
 * @param initialStep optimiser steps that have been taken
 */
export function plannedWork(
  plan: RunPlan,
  lengths: ArrayLike<number>,
  paddedLength: (longest: number) => number = (longest) => longest,
  initialStep = 0,
): PlannedWork {
  const steps = plan.totalSteps - initialStep;
  const shapes = new Map<
    string,
    { rows: number; length: number; count: number; example: readonly number[] }
  >();
  let seen = 0;
  let [tokens, paddedTokens] = [0, 0];
  let firstStep = 0;
  let epochs = 0;
  for (const [epoch, inEpoch] of plan.stepsPerEpoch.entries()) {
    const left = Math.min(inEpoch, firstStep + inEpoch - initialStep);
    firstStep += inEpoch;
    if (left <= 0) continue;
    if (epochs++ >= EPOCHS_SEEN) continue;
    for (const groups of plan.steps(epoch).slice(inEpoch - left)) {
      seen += 1;
      for (const group of groups) {
        const padding = paddingOf(group, lengths, paddedLength);
        tokens += padding.tokens;
        paddedTokens += padding.paddedTokens;
        const rows = group.length;
        const shape = { rows, length: padding.paddedTokens / rows, count: 0, example: group };
        const known = shapes.get(keyOf(shape)) ?? shape;
        known.count += 1;
        shapes.set(keyOf(known), known);
      }
    }
  }
  const share = seen === 0 ? 0 : steps / seen;
  return {
    steps,
    epochs,
    tokens: Math.round(tokens * share),
    paddedTokens: Math.round(paddedTokens * share),
    shapes: [...shapes.values()]
      .map((shape) => ({ ...shape, count: shape.count * share }))
      .sort((a, b) => b.rows * b.length - a.rows * a.length || b.length - a.length),
  };
}
