import { rangeProblems, throwProblems } from '../errors.js';
import { type AdamMoments, momentProblems } from './adam.js';
import { defaultNoDecay } from './decay.js';
import type { OptimizerBase, WeightDecay } from './optimizer.js';

/**
 * `AdamWeightDecayOptimizer` of google-research/bert: `p -= lr * (m / (sqrt(v) + epsilon) + wd*p)`, without bias
 * correction. Its first steps are therefore several times those of AdamW: use warm-up.
 */
export interface BertAdam extends OptimizerBase, AdamMoments, WeightDecay {
  /** tells the rule */
  readonly kind: 'bert-adam';
}

/**
 * Declares Google's optimiser for BERT.
 * @param options.learningRate default 5e-5
 * @param options.weightDecay default 0.01
 * @param options.noDecay default: layer norms and biases
 * @param options.beta1 default 0.9
 * @param options.beta2 default 0.999
 * @param options.epsilon default 1e-6
 * @throws TrainError `invalid-options`
 */
export function bertAdam(options: Partial<Omit<BertAdam, 'kind'>> = {}): BertAdam {
  const optimizer: BertAdam = {
    kind: 'bert-adam',
    learningRate: 5e-5,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-6,
    weightDecay: 0.01,
    noDecay: defaultNoDecay,
    ...options,
  };
  const { learningRate, weightDecay } = optimizer;
  throwProblems('bertAdam', [
    ...rangeProblems({ learningRate, weightDecay }, 'non-negative'),
    ...momentProblems(optimizer),
  ]);
  return optimizer;
}
