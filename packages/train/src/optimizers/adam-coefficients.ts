import type { Adam } from './adam.js';
import type { AdamW } from './adamw.js';
import type { BertAdam } from './bert-adam.js';

/** The numbers of one step of the Adam family: `p = keep*p - stepSize * m / (sqrt(v) + epsilon)`. */
export interface AdamCoefficients {
  /** learning rate, bias corrections included */
  readonly stepSize: number;
  /** what is added to the uncorrected root of v in this step */
  readonly epsilon: number;
  /** what weight decay leaves of the parameter */
  readonly keep: number;
}

/**
 * Brings the three rules to one form, that of TensorFlow's fused `ApplyAdam`, whose epsilon joins the uncorrected root.
 * With c1 = 1 - beta1^t and c2 = 1 - beta2^t, AdamW's `m/c1 / (sqrt(v/c2) + e)` is
 * `sqrt(c2)/c1 * m / (sqrt(v) + e*sqrt(c2))`; Keras leaves e alone; Google has c1 = c2 = 1.
 * @param iteration updates made, this one included: from 1
 * @param learningRate of this step
 * @param weightDecay of this parameter
 */
export function adamCoefficients(
  optimizer: Adam | AdamW | BertAdam,
  iteration: number,
  learningRate: number,
  weightDecay: number,
): AdamCoefficients {
  const keep = 1 - learningRate * weightDecay;
  if (optimizer.kind === 'bert-adam') return { stepSize: learningRate, epsilon: optimizer.epsilon, keep };
  const correction1 = 1 - optimizer.beta1 ** iteration;
  const root = Math.sqrt(1 - optimizer.beta2 ** iteration);
  return {
    stepSize: (learningRate * root) / correction1,
    epsilon: optimizer.kind === 'adamw' ? optimizer.epsilon * root : optimizer.epsilon,
    keep,
  };
}
