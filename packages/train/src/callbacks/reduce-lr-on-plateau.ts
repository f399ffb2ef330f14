import { rangeProblems, throwProblems } from '../errors.js';
import type { Callback, CallbackModel, CallbackState, FitParams, Logs } from './callback.js';
import { Monitor, type MonitorOptions } from './monitor.js';

/** Options of `ReduceLROnPlateau`, with Keras's names and defaults. */
export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** the learning rate is multiplied by it, in (0, 1); default 0.1 */
  readonly factor?: number;
  /** epochs without improvement that are borne; default 10 */
  readonly patience?: number;
  /** smallest change that counts as better; default 1e-4 */
  readonly minDelta?: number;
  /** epochs after a reduction in which nothing is counted; default 0 */
  readonly cooldown?: number;
  /** the learning rate does not go below; default 0 */
  readonly minLr?: number;
}

/** What is kept for a run that goes on; the learning rate itself is the run's. */
interface Progress {
  readonly best: number | null;
  readonly waited: number;
  readonly cooling: number;
}

/**
 * Lowers the learning rate when a figure no longer improves, as Keras's callback of that name. It lowers the optimiser's
 * rate, to which the factor of a schedule is still applied.
 */
export class ReduceLROnPlateau implements Callback {
  /** the best figure so far; undefined before the first */
  best: number | undefined;

  private readonly monitor: Monitor;
  private readonly settings: Required<Omit<ReduceLROnPlateauOptions, keyof MonitorOptions | 'minDelta'>>;
  private model: CallbackModel | undefined;
  private waited = 0;
  private cooling = 0;

  /** @throws TrainError `invalid-options` */
  constructor(options: ReduceLROnPlateauOptions = {}) {
    const { factor = 0.1, patience = 10, minDelta = 1e-4, cooldown = 0, minLr = 0 } = options;
    throwProblems('ReduceLROnPlateau', [
      ...(factor > 0 && factor < 1 ? [] : [`factor must be in (0, 1), found ${factor}`]),
      ...rangeProblems({ patience, cooldown }, 'index'),
      ...rangeProblems({ minLr }, 'non-negative'),
    ]);
    this.monitor = new Monitor('ReduceLROnPlateau', options, minDelta);
    this.settings = { factor, patience, cooldown, minLr };
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
    this.best = undefined;
    this.waited = 0;
    this.cooling = 0;
  }

  /**
   * Compares the epoch with the best.
   * @throws TrainError `invalid-options` when the epoch has no such figure
   */
  onEpochEnd(_epoch: number, logs: Logs): void {
    const value = this.monitor.value(logs);
    if (this.cooling > 0) {
      this.cooling -= 1;
      this.waited = 0;
    }
    if (this.monitor.isImprovement(value, this.best)) {
      this.best = value;
      this.waited = 0;
    } else if (this.cooling === 0) {
      this.waited += 1;
      if (this.waited >= this.settings.patience) this.reduce();
    }
  }

  /** What a run that goes on in another process needs. */
  state(): CallbackState {
    const { best = null, waited, cooling } = this;
    return { json: { best, waited, cooling } satisfies Progress };
  }

  /** Takes that over. */
  restore({ json }: CallbackState): void {
    const { best, waited, cooling } = json as Progress;
    this.best = best ?? undefined;
    this.waited = waited;
    this.cooling = cooling;
  }

  private reduce(): void {
    const { factor, minLr, cooldown } = this.settings;
    if (!this.model || this.model.learningRate <= minLr) return;
    this.model.learningRate = Math.max(this.model.learningRate * factor, minLr);
    this.cooling = cooldown;
    this.waited = 0;
  }
}
