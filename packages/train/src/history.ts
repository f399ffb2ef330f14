/** What a run of `fit` did. */
export interface History {
  /**
   * Epochs that ended, from 0: all their steps up to the end or a stop, and their validation. One that the signal ended
   * is not among them, even when only its validation was left: a run that is resumed makes up for it.
   */
  readonly epoch: readonly number[];
  /**
   * Figures by name, one of each epoch that ended: `loss`, `learningRate`, `paddingWaste`, `tokensPerSecond`; with
   * validation data `val_loss` and `val_` before each metric's name.
   */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** loss of each optimiser step, exactly as computed */
  readonly losses: readonly number[];
  /** learning rate of each optimiser step */
  readonly learningRates: readonly number[];
  /** global norm of the gradients before clipping of each optimiser step; empty without `clipNorm` */
  readonly gradientNorms: readonly number[];
  /** optimiser steps taken, those of a continued run included */
  readonly steps: number;
  /** `completed`: all steps; `stopped`: a callback asked; `aborted`: the signal asked */
  readonly ended: 'completed' | 'stopped' | 'aborted';
}

/** Collects a `History`. */
export class HistoryRecorder implements History {
  readonly epoch: number[];
  readonly history: Record<string, number[]>;
  readonly losses: number[];
  readonly learningRates: number[];
  readonly gradientNorms: number[];
  ended: History['ended'] = 'completed';

  /** steps that are not among `losses` */
  private readonly stepsBefore: number;

  /**
   * @param initialStep optimiser steps that a former run has taken
   * @param before its figures, where the run is resumed
   */
  constructor(initialStep: number, before?: Omit<History, 'ended'>) {
    this.epoch = [...(before?.epoch ?? [])];
    const figures = Object.entries(before?.history ?? {});
    this.history = Object.fromEntries(figures.map(([name, values]) => [name, [...values]]));
    this.losses = [...(before?.losses ?? [])];
    this.learningRates = [...(before?.learningRates ?? [])];
    this.gradientNorms = [...(before?.gradientNorms ?? [])];
    this.stepsBefore = initialStep - this.losses.length;
  }

  get steps(): number {
    return this.stepsBefore + this.losses.length;
  }

  addStep(loss: number, learningRate: number, gradientNorm: number | undefined): void {
    this.losses.push(loss);
    this.learningRates.push(learningRate);
    if (gradientNorm !== undefined) this.gradientNorms.push(gradientNorm);
  }

  addEpoch(epoch: number, logs: Readonly<Record<string, number>>): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }

  /** The finished history as plain data. */
  toHistory(): History {
    const { epoch, history, losses, learningRates, gradientNorms, steps, ended } = this;
    return { epoch, history, losses, learningRates, gradientNorms, steps, ended };
  }
}
