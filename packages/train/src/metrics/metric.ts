import type { HostTensor } from '../executor.js';

/** A figure of predictions against labels, computed once over a whole data set. */
export interface Metric {
  /** key in the results of `evaluate`; `val_` before it in logs */
  readonly name: string;
  /**
   * Works the figure out.
   * @param predictions [N, ...], what the model's `predict` gave
   * @param labels [N, ...], what its `labels` gave
   */
  compute(predictions: HostTensor, labels: HostTensor): number;
}
