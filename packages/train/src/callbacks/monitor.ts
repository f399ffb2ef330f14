import { rangeProblems, throwProblems, TrainError } from '../errors.js';
import type { FitParams, Logs } from './callback.js';

/** What a callback watches, with Keras's names. */
export interface MonitorOptions {
  /** figure of the epoch to watch; default `val_loss` */
  readonly monitor?: string | undefined;
  /** whether less or more is better; `auto` (default): as the compiled metric says, less for a loss */
  readonly mode?: 'auto' | 'min' | 'max' | undefined;
}

/** Watches one figure, as Keras's `MonitorCallback`. */
export class Monitor {
  /** name of the figure */
  readonly figure: string;
  private readonly mode: 'auto' | 'min' | 'max';
  private better: 'higher' | 'lower' | undefined;

  /**
   * @param where name of the callback, for messages
   * @param minDelta smallest change that counts
   * @throws TrainError `invalid-options`
   */
  constructor(
    private readonly where: string,
    { monitor = 'val_loss', mode = 'auto' }: MonitorOptions,
    private readonly minDelta = 0,
  ) {
    throwProblems(where, [
      ...rangeProblems({ minDelta }, 'non-negative'),
      ...(['auto', 'min', 'max'].includes(mode)
        ? []
        : [`mode must be 'auto', 'min' or 'max', found ${mode}`]),
    ]);
    this.figure = monitor;
    this.mode = mode;
    if (mode !== 'auto') this.better = mode === 'min' ? 'lower' : 'higher';
    else if (/^(val_)?loss$/.test(monitor)) this.better = 'lower';
  }

  /**
   * Finds out before training whether the run will have the figure, and which is better.
   * @throws TrainError `invalid-options`
   */
  setParams({ figures }: FitParams): void {
    if (!figures.has(this.figure)) throw this.missing([...figures.keys()]);
    if (this.mode === 'auto') this.better ??= figures.get(this.figure);
    this.direction();
  }

  /**
   * The figure of an epoch.
   * @throws TrainError `invalid-options` when there is none
   */
  value(logs: Logs): number {
    const value = logs[this.figure];
    if (value === undefined) throw this.missing(Object.keys(logs));
    return value;
  }

  /**
   * Whether a value is better than another by at least `minDelta`. Compared as float32, as Keras does: what differs by the
   * rounding of float32 alone is the same.
   * @param reference undefined: the first. NaN is never better, not even than nothing.
   */
  isImprovement(value: number, reference: number | undefined): boolean {
    if (reference === undefined) return !Number.isNaN(value);
    return this.direction() === 'lower'
      ? Math.fround(value + this.minDelta) < Math.fround(reference)
      : Math.fround(value - this.minDelta) > Math.fround(reference);
  }

  private direction(): 'higher' | 'lower' {
    if (this.better) return this.better;
    throw new TrainError(
      'invalid-options',
      `${this.where}: whether more or less ${this.figure} is better is not known. Give mode 'min' or 'max'.`,
      { monitor: this.figure },
    );
  }

  private missing(found: readonly string[]): TrainError {
    return new TrainError(
      'invalid-options',
      `${this.where}: the epoch has no figure "${this.figure}", only ${found.join(', ')}. ` +
        'Give fit validationData and compile the metric.',
      { monitor: this.figure, figures: found },
    );
  }
}
