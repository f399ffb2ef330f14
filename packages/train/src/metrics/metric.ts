import type { HostTensor } from '../executor.js';

/** A figure of predictions against labels, computed once over a whole data set. */
export interface Metric {
  /** key in the results of `evaluate`; `val_` before it in logs */
  readonly name: string;
  /** which is better: callbacks with `mode: 'auto'` go by it; undefined: they ask for a mode */
  readonly better?: 'higher' | 'lower' | undefined;
  /**
   * Works the figure out.
   * @param predictions [N, ...], what the model's `predict` gave
   * @param labels [N, ...], what its `labels` gave
   */
  compute(predictions: HostTensor, labels: HostTensor): number;
  /**
   * Says whether the figure can be worked out for these labels at all; `fit` asks before it trains.
   * @param labels [N, ...], as for `compute`
   * @throws TrainError `needs-two-classes`
   */
  checkLabels?(labels: HostTensor): void;
}
