import type { Optimizer } from './optimizer.js';

/**
 * What an update computes, the same for all steps. Three of the optimisers differ in numbers only, so whoever runs steps
 * has two rules to know.
 */
export type UpdateRule = AdamRule | SgdRule;

/**
 * With g the gradient times the factor of clipping, `m = beta1*m + (1-beta1)*g`, `v = beta2*v + (1-beta2)*g^2`, both
 * zero at first, and `p = (1 - learningRate*weightDecay)*p - stepSize * m / (sqrt(v) + epsilon)`.
 */
export interface AdamRule {
  /** tells the rule */
  readonly kind: 'adam';
  /** decay of `m`, in [0, 1) */
  readonly beta1: number;
  /** decay of `v`, in [0, 1) */
  readonly beta2: number;
}

/**
 * With g the gradient times the factor of clipping, `d = g + weightDecay*p`, with momentum then `d = momentum*buffer + d`
 * kept as the buffer, zero at first, and `p -= stepSize*d`.
 */
export interface SgdRule {
  /** tells the rule */
  readonly kind: 'sgd';
  /** share of the former step that is kept, in [0, 1); 0: there is no buffer */
  readonly momentum: number;
}

/**
 * The numbers of one update of a parameter: schedule, its own factor on the learning rate and bias corrections are in
 * them.
 */
export interface UpdateNumbers {
  /** what weight decay multiplies in `AdamRule` */
  readonly learningRate: number;
  /** what the direction is multiplied with */
  readonly stepSize: number;
  /** what `AdamRule` adds to the uncorrected root of v in this step; 0 for `SgdRule` */
  readonly epsilon: number;
}

/** The rule an optimiser follows. */
export function updateRule(optimizer: Optimizer): UpdateRule {
  if (optimizer.kind === 'sgd') return { kind: 'sgd', momentum: optimizer.momentum };
  return { kind: 'adam', beta1: optimizer.beta1, beta2: optimizer.beta2 };
}

/**
 * Works out the numbers of an update. The Adam family takes the form of TensorFlow's fused `ApplyAdam`, whose epsilon
 * joins the uncorrected root: with c1 = 1 - beta1^t and c2 = 1 - beta2^t, AdamW's `m/c1 / (sqrt(v/c2) + e)` is
 * `sqrt(c2)/c1 * m / (sqrt(v) + e*sqrt(c2))`; Keras leaves e alone; Google has c1 = c2 = 1.
 * @param iteration updates made, this one included: from 1
 * @param learningRate of this step and parameter, schedule included
 */
export function updateNumbers(optimizer: Optimizer, iteration: number, learningRate: number): UpdateNumbers {
  if (optimizer.kind === 'sgd') return { learningRate, stepSize: learningRate, epsilon: 0 };
  if (optimizer.kind === 'bert-adam') {
    return { learningRate, stepSize: learningRate, epsilon: optimizer.epsilon };
  }
  const correction1 = 1 - optimizer.beta1 ** iteration;
  const root = Math.sqrt(1 - optimizer.beta2 ** iteration);
  return {
    learningRate,
    stepSize: (learningRate * root) / correction1,
    epsilon: optimizer.kind === 'adamw' ? optimizer.epsilon * root : optimizer.epsilon,
  };
}

/** Names of the running figures a rule keeps for each parameter, each of the parameter's shape. */
export function slotNames(rule: UpdateRule): readonly string[] {
  if (rule.kind === 'sgd') return rule.momentum > 0 ? ['momentum'] : [];
  return ['m', 'v'];
}
