import type { Adam } from './adam.js';
import type { AdamW } from './adamw.js';
import type { BertAdam } from './bert-adam.js';
import type { Sgd } from './sgd.js';

/**
 * An optimiser, declared as data: `kind` and hyper-parameters. `updateRule` and `updateNumbers` say what an update
 * computes; whoever runs the step (`Executor`) applies it, eager execution with `applyUpdate`.
 */
export type Optimizer = Sgd | AdamW | BertAdam | Adam;

/** What every optimiser declares. */
export interface OptimizerBase {
  /** learning rate which the schedule's factor multiplies: the highest of the run */
  readonly learningRate: number;
}

/** What optimisers with weight decay declare. */
export interface WeightDecay {
  /** strength of the decay, 0 for none */
  readonly weightDecay: number;
  /** Parameters whose name matches one of these are not decayed. Default: layer norms and biases. */
  readonly noDecay: readonly RegExp[];
}
