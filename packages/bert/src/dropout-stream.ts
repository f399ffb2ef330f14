import type * as tf from '@tensorflow/tfjs';

import type { PhiloxStream } from './philox.js';

/**
 * One optimiser step of training: what every dropout mask of the step derives from. Its presence switches
 * dropout on; without it a model evaluates.
 */
export interface TrainingRun {
  /** seed of the whole run, an integer in [0, 2^32) */
  readonly seed: number;
  /** optimiser steps taken before this one, an integer in [0, 2^32) */
  readonly step: number;
  /** position among the micro-batches that make up the step under gradient accumulation; default 0 */
  readonly microBatch?: number;
  /**
   * int32 [3]: the bits of seed, step and micro-batch on the device, for backends that draw masks there (a kernel
   * `KeepMask`); one traced function then serves all steps. Whoever made it disposes it, once the gradients are taken.
   * Absent, and on other backends, the numbers count.
   */
  readonly onDevice?: tf.Tensor1D;
}

/**
 * The random stream of one dropout site in one step. Key and counter name seed, micro-batch, step and site, so
 * that a mask depends on nothing else: not on the backend, nor on what ran before.
 * @param site name of the place in the network, e.g. `encoder.layer.0.attention.self`
 */
export function dropoutStream(run: TrainingRun, site: string): PhiloxStream {
  return {
    key: [run.seed >>> 0, (run.microBatch ?? 0) >>> 0],
    counterHigh: [run.step >>> 0, nameHash(site)],
  };
}

/** FNV-1a over the UTF-16 units of a name: an unsigned 32-bit integer. */
export function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
