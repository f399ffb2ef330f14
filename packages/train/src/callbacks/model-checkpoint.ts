import { host } from '#host';

import { rangeProblems, throwProblems } from '../errors.js';
import type { Callback, CallbackModel, CallbackState, FitParams, Logs, StepLogs } from './callback.js';
import { fileNamePattern, fillFileName } from './file-name.js';
import { Monitor, type MonitorOptions } from './monitor.js';

/** Options of `ModelCheckpoint`, with Keras's names. */
export interface ModelCheckpointOptions extends MonitorOptions {
  /**
   * Path of a file or folder, in whose last part fields are filled in: `{epoch:02d}` (from 1), `{batch}` (of the epoch,
   * from 1), `{step}` (of the run, from 1) and every figure of the logs, `{val_loss:.2f}`.
   */
  readonly filepath: string;
  /**
   * Writes the model to a path, a file or a folder, e.g. `(path) => model.savePretrained(path)`. It gets a temporary path:
   * what is there becomes the checkpoint when the promise is fulfilled, so that none is ever half written. The variables
   * hold the current values.
   */
  readonly save: (path: string, model: CallbackModel, logs: Logs) => Promise<void>;
  /** saves only when `monitor` is better than ever before; default false */
  readonly saveBestOnly?: boolean;
  /** `epoch` (default): after every epoch; a number: every so many optimiser steps of the run */
  readonly saveFreq?: 'epoch' | number;
  /** with `saveBestOnly`: the figure that the first saved one must better */
  readonly initialValueThreshold?: number;
  /**
   * How many checkpoints stay; older ones are deleted, those of a former run with the same `filepath` included, but never
   * the best so far. Default: all.
   */
  readonly keepLast?: number;
}

/** What is kept for a run that goes on. */
interface Progress {
  readonly best: number | null;
  readonly bestPath: string | null;
}

/** Saves the model every epoch or every so many steps, or whenever it is best, as Keras's callback of that name. */
export class ModelCheckpoint implements Callback {
  /** best figure so far */
  best: number | undefined;
  /** path of the checkpoint with the best figure */
  bestPath: string | undefined;
  /** path of the last checkpoint */
  lastPath: string | undefined;

  private readonly monitor: Monitor;
  private readonly template: { readonly directory: string; readonly name: string };
  private model: CallbackModel | undefined;
  private saved: string[] = [];

  /** @throws TrainError `invalid-options` */
  constructor(private readonly options: ModelCheckpointOptions) {
    const { filepath, saveFreq = 'epoch', keepLast, initialValueThreshold } = options;
    this.template = host.split(filepath);
    throwProblems('ModelCheckpoint', [
      ...(saveFreq === 'epoch' ? [] : rangeProblems({ saveFreq }, 'count')),
      ...rangeProblems({ keepLast }, 'count'),
      ...(this.template.directory.includes('{') ? ['filepath may have fields in its last part only'] : []),
    ]);
    this.monitor = new Monitor('ModelCheckpoint', options);
    this.best = initialValueThreshold;
  }

  /** Looks whether the run will have the figure, where it matters. @throws TrainError `invalid-options` */
  setParams(params: FitParams): void {
    if (this.options.saveBestOnly) this.monitor.setParams(params);
    else if (params.figures.has(this.monitor.figure) && params.figures.get(this.monitor.figure)) {
      this.monitor.setParams(params);
    }
  }

  /** Keeps the model. */
  setModel(model: CallbackModel): void {
    this.model = model;
  }

  /** Tidies up what a killed run left, and learns which checkpoints there are. @throws TrainError `file-failed` */
  async onTrainBegin(): Promise<void> {
    const { directory, name } = this.template;
    const pattern = fileNamePattern(name);
    await host.recover(directory, (found) => pattern.test(found));
    const present = (await host.list(directory)).filter((entry) => pattern.test(entry.name));
    present.sort((a, b) => a.modified - b.modified);
    this.saved = present.map((entry) => host.join(directory, entry.name));
  }

  /** Saves where it is a step's turn. @throws TrainError `invalid-options`, `file-failed` */
  async onTrainBatchEnd(step: number, logs: StepLogs): Promise<void> {
    const { saveFreq = 'epoch' } = this.options;
    if (saveFreq === 'epoch' || (logs.step + 1) % saveFreq !== 0) return;
    await this.saveIfDue(logs, { ...logs, epoch: logs.epoch + 1, batch: step + 1, step: logs.step + 1 });
  }

  /** Saves where it is an epoch's turn. @throws TrainError `invalid-options`, `file-failed` */
  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { saveFreq = 'epoch' } = this.options;
    if (saveFreq === 'epoch') await this.saveIfDue(logs, { ...logs, epoch: epoch + 1 });
  }

  /** What a run that goes on in another process needs. */
  state(): CallbackState {
    const { best = null, bestPath = null } = this;
    return { json: { best, bestPath } satisfies Progress };
  }

  /** Takes that over. */
  restore({ json }: CallbackState): void {
    const { best, bestPath } = json as Progress;
    this.best = best ?? undefined;
    this.bestPath = bestPath ?? undefined;
  }

  private async saveIfDue(logs: Logs, fields: Logs): Promise<void> {
    const { saveBestOnly = false, save } = this.options;
    const value = saveBestOnly ? this.monitor.value(logs) : logs[this.monitor.figure];
    const isBest = value !== undefined && this.monitor.isImprovement(value, this.best);
    if (saveBestOnly && !isBest) return;
    const { directory, name } = this.template;
    const path = host.join(directory, fillFileName('ModelCheckpoint', name, fields));
    const { model } = this;
    if (!model) return;
    await model.readParameters();
    await host.replace(path, (temporary) => save(temporary, model, logs));
    this.lastPath = path;
    this.saved = [...this.saved.filter((other) => other !== path), path];
    if (isBest) {
      this.best = value;
      this.bestPath = path;
    }
    await this.rotate();
  }

  private async rotate(): Promise<void> {
    const { keepLast = Infinity } = this.options;
    const old = this.saved.slice(0, Math.max(0, this.saved.length - keepLast));
    for (const path of old) {
      if (path === this.bestPath) continue;
      await host.remove(path);
      this.saved = this.saved.filter((other) => other !== path);
    }
  }
}
