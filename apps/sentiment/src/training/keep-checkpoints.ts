import type { Callback, CallbackModel, History, OptimizerState } from '@bertune/train';

import type { TrainingState } from './checkpoint.js';

type Figures = TrainingState['history'];

/** Collects the figures of a run, those of its former parts included, and saves a checkpoint every so many steps. */
export class CheckpointKeeper implements Callback {
  private model: CallbackModel | undefined;
  private readonly epoch: number[];
  private readonly byName: Record<string, number[]>;
  private readonly losses: number[];
  private readonly learningRates: number[];
  private readonly gradientNorms: number[];
  private steps: number;

  /**
   * @param before figures of the run so far; undefined at its beginning
   * @param every optimiser steps from one checkpoint to the next; undefined: none
   * @param save writes one
   */
  constructor(
    before: Figures | undefined,
    private readonly every: number | undefined,
    private readonly save: (state: TrainingState) => Promise<unknown>,
  ) {
    this.epoch = [...(before?.epoch ?? [])];
    this.byName = Object.fromEntries(
      Object.entries(before?.history ?? {}).map(([name, list]) => [name, [...list]]),
    );
    this.losses = [...(before?.losses ?? [])];
    this.learningRates = [...(before?.learningRates ?? [])];
    this.gradientNorms = [...(before?.gradientNorms ?? [])];
    this.steps = before?.steps ?? 0;
  }

  /** Figures up to now. */
  get history(): Figures {
    const { epoch, byName: history, losses, learningRates, gradientNorms, steps } = this;
    return { epoch, history, losses, learningRates, gradientNorms, steps };
  }

  setModel(model: CallbackModel): void {
    this.model = model;
  }

  async onTrainBatchEnd(
    _step: number,
    logs: { step: number; loss: number; learningRate: number; gradientNorm: number },
  ): Promise<void> {
    this.losses.push(logs.loss);
    this.learningRates.push(logs.learningRate);
    if (!Number.isNaN(logs.gradientNorm)) this.gradientNorms.push(logs.gradientNorm);
    this.steps = logs.step + 1;
    if (this.every === undefined || this.steps % this.every !== 0 || !this.model) return;
    await this.model.readParameters();
    await this.saveWith(await this.model.optimizerState());
  }

  onEpochEnd(epoch: number, logs: Readonly<Record<string, number>>): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.byName[name] ??= []).push(value);
  }

  /** Saves a checkpoint of where the run stands. */
  async saveWith(optimizer: OptimizerState): Promise<void> {
    await this.save({ step: this.steps, optimizer, history: this.history });
  }

  /** The history of the whole run. */
  complete(ended: History['ended']): History {
    return { ...this.history, ended };
  }
}
