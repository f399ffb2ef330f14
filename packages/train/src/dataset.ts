import { TrainError } from './errors.js';

/** Which forward pass of a training run a batch is for: what a data set draws at random derives from it alone. */
export interface CollateRun {
  /** seed of the whole run, an integer in [0, 2^32) */
  readonly seed: number;
  /** optimiser steps taken before this one, from 0 */
  readonly step: number;
  /** position among the micro-batches of the step, from 0 */
  readonly microBatch: number;
}

/** Examples, how long each is, and how some of them become the tensors of one batch. */
export interface Dataset<Example, Batch extends object> {
  /** the examples, in any order */
  readonly examples: readonly Example[];
  /** Tokens of one example, special ones included, without padding: an integer of at least 1. Called once an example. */
  length(example: Example): number;
  /**
   * Puts examples into one batch, padded to the longest.
   * @param run present while training, for data that is drawn anew each time, such as masks; absent in evaluation
   * @returns new tensors, one row an example in the order given; the caller (the loop) disposes them after the step
   */
  collate(examples: readonly Example[], run?: CollateRun): Batch;
  /** whether `collate` draws the labels itself, such as masked tokens: `fit` then does not check those of all examples first */
  readonly drawsLabels?: boolean | undefined;
  /**
   * To how many tokens `collate` pads when the longest example has this many. Needed where it pads further, to a
   * multiple or to a few fixed lengths, so that token budgets and figures of padding are right.
   */
  paddedLength?(longest: number): number;
}

/**
 * The length of every example.
 * @throws TrainError `invalid-options` when one is not an integer of at least 1
 */
export function exampleLengths<Example>(data: Dataset<Example, object>): Float64Array {
  return Float64Array.from(data.examples, (example, index) => {
    const length = data.length(example);
    if (Number.isSafeInteger(length) && length >= 1) return length;
    throw new TrainError(
      'invalid-options',
      `length(example): expected an integer of at least 1, found ${String(length)} for example ${index}.`,
      { index, length },
    );
  });
}
