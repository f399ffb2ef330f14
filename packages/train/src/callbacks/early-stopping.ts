import { rangeProblems, throwProblems } from '../errors.js';
import type { SlotValues } from '../optimizers/optimizer-state.js';
import type {
  Callback,
  CallbackModel,
  CallbackState,
  FitParams,
  Logs,
  ParameterSnapshot,
} from './callback.js';
import { Monitor, type MonitorOptions } from './monitor.js';

/** Options of `EarlyStopping`, with Keras's names. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** smallest change that counts as better; default 0 */
  readonly minDelta?: number;
  /** epochs without improvement that are borne; default 0 */
  readonly patience?: number;
  /** epochs count against `patience` until the figure is better than this */
  readonly baseline?: number;
  /** puts the parameters of the best epoch back when training ends, stopped or not; default false, as in Keras */
  readonly restoreBestWeights?: boolean;
  /** epochs before which nothing is watched; default 0 */
  readonly startFromEpoch?: number;
}

/** What is kept for a run that goes on. */
interface Progress {
  readonly waited: number;
  readonly best: number | null;
  readonly bestEpoch: number | null;
  readonly stoppedEpoch: number | null;
}

/** Ends training when a figure no longer improves, as Keras's callback of that name. */
export class EarlyStopping implements Callback {
  /** epoch in which training was ended, from 0; undefined when it was not */
  stoppedEpoch: number | undefined;
  /** epoch of the best figure, from 0; undefined before the first */
  bestEpoch: number | undefined;
  /** the best figure so far; undefined before the first */
  best: number | undefined;

  private readonly monitor: Monitor;
  private readonly patience: number;
  private waited = 0;
  private model: CallbackModel | undefined;
  private bestWeights: ParameterSnapshot | undefined;

  /** @throws TrainError `invalid-options` */
  constructor(private readonly options: EarlyStoppingOptions = {}) {
    const { minDelta, patience = 0, startFromEpoch } = options;
    throwProblems('EarlyStopping', rangeProblems({ patience, startFromEpoch }, 'index'));
    this.monitor = new Monitor('EarlyStopping', options, minDelta);
    this.patience = patience;
  }

  /** Looks whether the run will have the figure. @throws TrainError `invalid-options` */
  setParams(params: FitParams): void {
    this.monitor.setParams(params);
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
    const value = this.monitor.value(logs);
    const isBest = this.monitor.isImprovement(value, this.best);
    if (restoreBestWeights && (isBest || !this.bestWeights)) await this.remember();
    this.waited += 1;
    if (isBest) {
      this.best = value;
      this.bestEpoch = epoch;
      if (baseline === undefined || this.monitor.isImprovement(value, baseline)) this.waited = 0;
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

  /** What a run that goes on in another process needs, the best parameters included. */
  async state(): Promise<CallbackState> {
    const { waited, best = null, bestEpoch = null, stoppedEpoch = null, bestWeights } = this;
    const json: Progress = { waited, best, bestEpoch, stoppedEpoch };
    if (!bestWeights) return { json };
    const tensors = new Map<string, SlotValues>();
    for (const [name, tensor] of bestWeights.values) {
      tensors.set(name, { shape: tensor.shape, values: Float32Array.from(await tensor.data()) });
    }
    return { json, tensors };
  }

  /** Takes that over. */
  restore({ json, tensors }: CallbackState): void {
    const { waited, best, bestEpoch, stoppedEpoch } = json as Progress;
    this.waited = waited;
    this.best = best ?? undefined;
    this.bestEpoch = bestEpoch ?? undefined;
    this.stoppedEpoch = stoppedEpoch ?? undefined;
    this.forget();
    this.bestWeights = tensors && this.model?.snapshotOf(tensors);
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
