import { rangeProblems, throwProblems } from '../errors.js';
import { defaultNoDecay } from './decay.js';
import type { OptimizerBase, WeightDecay } from './optimizer.js';

/** Stochastic gradient descent as in torch: `buffer = momentum*buffer + g + wd*p; p -= lr*buffer`. */
export interface Sgd extends OptimizerBase, WeightDecay {
  /** tells the rule */
  readonly kind: 'sgd';
  /** share of the former step that is kept, in [0, 1); 0 keeps no state */
  readonly momentum: number;
}

/**
 * Declares stochastic gradient descent.
 * @param options.learningRate default 0.01
 * @param options.momentum default 0
 * @param options.weightDecay added to the gradient (L2), as in torch; default 0
 * @throws TrainError `invalid-options`
 */
export function sgd(options: Partial<Omit<Sgd, 'kind'>> = {}): Sgd {
  const optimizer: Sgd = {
    kind: 'sgd',
    learningRate: 0.01,
    momentum: 0,
    weightDecay: 0,
    noDecay: defaultNoDecay,
    ...options,
  };
  const { learningRate, momentum, weightDecay } = optimizer;
  throwProblems('sgd', [
    ...rangeProblems({ learningRate, weightDecay }, 'non-negative'),
    ...rangeProblems({ momentum }, 'fraction'),
  ]);
  return optimizer;
}
