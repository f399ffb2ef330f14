import { rangeProblems, throwProblems } from '../errors.js';
import type { OptimizerBase } from './optimizer.js';

/** The moments that the whole Adam family keeps. */
export interface AdamMoments {
  /** decay of the running mean of gradients, in [0, 1) */
  readonly beta1: number;
  /** decay of the running mean of squared gradients, in [0, 1) */
  readonly beta2: number;
  /** added to the root of the running mean of squares */
  readonly epsilon: number;
}

/**
 * Adam as in Keras: `p -= lr*sqrt(1-beta2^t)/(1-beta1^t) * m / (sqrt(v) + epsilon)`; epsilon is not bias-corrected.
 * No weight decay.
 */
export interface Adam extends OptimizerBase, AdamMoments {
  /** tells the rule */
  readonly kind: 'adam';
}

/**
 * Declares Adam as Keras has it.
 * @param options.learningRate default 0.001
 * @param options.beta1 default 0.9
 * @param options.beta2 default 0.999
 * @param options.epsilon default 1e-7
 * @throws TrainError `invalid-options`
 */
export function adam(options: Partial<Omit<Adam, 'kind'>> = {}): Adam {
  const optimizer: Adam = {
    kind: 'adam',
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    ...options,
  };
  throwProblems('adam', [
    ...rangeProblems({ learningRate: optimizer.learningRate }, 'non-negative'),
    ...momentProblems(optimizer),
  ]);
  return optimizer;
}

/** What is wrong with the moments. */
export function momentProblems({ beta1, beta2, epsilon }: AdamMoments): string[] {
  return [...rangeProblems({ beta1, beta2 }, 'fraction'), ...rangeProblems({ epsilon }, 'positive')];
}
