import { rangeProblems, throwProblems, TrainError } from '../errors.js';
import type { Callback, CallbackModel, Logs, ParameterSnapshot } from './callback.js';

/** Options of `EarlyStopping`, with Keras's names. */
export interface EarlyStoppingOptions {
  /** figure of the epoch to watch; default `val_loss` */
  readonly monitor?: string;
  /** smallest change that counts as better; default 0 */
  readonly minDelta?: number;
  /** epochs without improvement that are borne; default 0 */
  readonly patience?: number;
  /** whether less or more is better; `auto` (default): less for losses and errors, more for the rest */
  readonly mode?: 'auto' | 'min' | 'max';
  /** epochs count against `patience` until the figure is better than this */
  readonly baseline?: number;
  /** puts the parameters of the best epoch back when training ends, stopped or not; default false, as in Keras */
  readonly restoreBestWeights?: boolean;
  /** epochs before which nothing is watched; default 0 */
  readonly startFromEpoch?: number;
}

/** Ends training when a figure no longer improves, as Keras's callback of that name. */
export class EarlyStopping implements Callback {
  /** epoch in which training was ended, from 0; undefined when it was not */
  stoppedEpoch: number | undefined;
  /** epoch of the best figure, from 0; undefined before the first */
  bestEpoch: number | undefined;
  /** the best figure so far; undefined before the first */
  best: number | undefined;

  private readonly monitor: string;
  private readonly minDelta: number;
  private readonly patience: number;
  private readonly lessIsBetter: boolean;
  private waited = 0;
  private model: CallbackModel | undefined;
  private bestWeights: ParameterSnapshot | undefined;

  /** @throws TrainError `invalid-options` */
  constructor(private readonly options: EarlyStoppingOptions = {}) {
    const { monitor = 'val_loss', minDelta = 0, patience = 0, mode = 'auto', startFromEpoch } = options;
    throwProblems('EarlyStopping', [
      ...rangeProblems({ minDelta }, 'non-negative'),
      ...rangeProblems({ patience, startFromEpoch }, 'index'),
      ...(['auto', 'min', 'max'].includes(mode)
        ? []
        : [`mode must be 'auto', 'min' or 'max', found ${mode}`]),
    ]);
    this.monitor = monitor;
    this.minDelta = minDelta;
    this.patience = patience;
    this.lessIsBetter = mode === 'auto' ? /loss|mse|mae|error/i.test(monitor) : mode === 'min';
  }

  /** Keeps the model. */
  setModel(model: CallbackModel): void {
    this.model = model;
  }

  /** Forgets what a former run left. */
  onTrainBegin(): void {
    this.waited = 0;
    this.stoppedEpoch = undefined;
    this.bestEpoch = undefined;
    this.best = undefined;
    this.forget();
  }

  /**
   * Compares the epoch with the best.
   * @throws TrainError `invalid-options` when the epoch has no such figure
   */
  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { startFromEpoch = 0, restoreBestWeights = false, baseline } = this.options;
    if (epoch < startFromEpoch) return;
    const value = logs[this.monitor];
    if (value === undefined) {
      throw new TrainError(
        'invalid-options',
        `EarlyStopping: the epoch has no figure "${this.monitor}", only ${Object.keys(logs).join(', ')}. ` +
          'Give fit validationData and compile the metric.',
        { monitor: this.monitor },
      );
    }
    if (restoreBestWeights && !this.bestWeights) await this.remember();
    this.waited += 1;
    if (this.isBetter(value, this.best)) {
      this.best = value;
      this.bestEpoch = epoch;
      if (restoreBestWeights) await this.remember();
      if (baseline === undefined || this.isBetter(value, baseline)) this.waited = 0;
      return;
    }
    if (this.waited >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      if (this.model) this.model.stopTraining = true;
    }
  }

  /** Restores the best parameters when asked to. */
  async onTrainEnd(): Promise<void> {
    if (this.bestWeights) await this.model?.restore(this.bestWeights);
    this.forget();
  }

  /** NaN is never better. */
  private isBetter(value: number, reference: number | undefined): boolean {
    if (reference === undefined) return !Number.isNaN(value);
    return this.lessIsBetter ? value < reference - this.minDelta : value > reference + this.minDelta;
  }

  private async remember(): Promise<void> {
    const snapshot = await this.model?.snapshot();
    this.forget();
    this.bestWeights = snapshot;
  }

  private forget(): void {
    this.bestWeights?.dispose();
    this.bestWeights = undefined;
  }
}
