import { rangeProblems, throwProblems } from '../errors.js';
import { type AdamMoments, momentProblems } from './adam.js';
import { defaultNoDecay } from './decay.js';
import type { OptimizerBase, WeightDecay } from './optimizer.js';

/**
 * AdamW as in torch and Hugging Face: `p *= 1 - lr*wd; p -= lr * mHat / (sqrt(vHat) + epsilon)` with both moments
 * bias-corrected (Loshchilov and Hutter, arXiv:1711.05101).
 */
export interface AdamW extends OptimizerBase, AdamMoments, WeightDecay {
  /** tells the rule */
  readonly kind: 'adamw';
}

/**
 * Declares AdamW.
 * @param options.learningRate default 5e-5
 * @param options.weightDecay default 0, as in Hugging Face's `Trainer`
 * @param options.noDecay default: layer norms and biases
 * @param options.beta1 default 0.9
 * @param options.beta2 default 0.999
 * @param options.epsilon default 1e-8
 * @throws TrainError `invalid-options`
 */
export function adamW(options: Partial<Omit<AdamW, 'kind'>> = {}): AdamW {
  const optimizer: AdamW = {
    kind: 'adamw',
    learningRate: 5e-5,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    noDecay: defaultNoDecay,
    ...options,
  };
  const { learningRate, weightDecay } = optimizer;
  throwProblems('adamW', [
    ...rangeProblems({ learningRate, weightDecay }, 'non-negative'),
    ...momentProblems(optimizer),
  ]);
  return optimizer;
}
