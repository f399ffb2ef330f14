import { host } from '#host';

import { rangeProblems, throwProblems } from '../errors.js';
import type { Callback, FitParams, Logs, StepLogs } from './callback.js';
import { completeLines } from './csv-logger.js';

/** Options of `JsonLinesLogger`. */
export interface JsonLinesLoggerOptions {
  /** path of the file */
  readonly filename: string;
  /** optimiser steps from one `step` line to the next; default: none are written */
  readonly everySteps?: number;
  /** goes on with the file where there is one, as for a continued run; default false: writes it anew */
  readonly append?: boolean;
}

/**
 * Writes what happens as one JSON object a line, with `event` one of `begin`, `step`, `epoch`, `end`, the figures of
 * it, and `time` (ISO 8601). Figures that are not finite are `null`, since JSON has no NaN.
 */
export class JsonLinesLogger implements Callback {
  private params: FitParams | undefined;

  /** @throws TrainError `invalid-options` */
  constructor(private readonly options: JsonLinesLoggerOptions) {
    throwProblems('JsonLinesLogger', rangeProblems({ everySteps: options.everySteps }, 'count'));
  }

  /** Keeps what is known of the run. */
  setParams(params: FitParams): void {
    this.params = params;
  }

  /** Begins the file, or goes on with it. @throws TrainError `file-failed`, `not-supported` */
  async onTrainBegin(): Promise<void> {
    const { filename, append = false } = this.options;
    if (append) await completeLines(filename);
    else await host.write(filename, new Uint8Array());
    const { figures: _, ...params } = this.params ?? {};
    await this.add('begin', params);
  }

  /** Writes a step where it is its turn. @throws TrainError `file-failed` */
  async onTrainBatchEnd(_step: number, logs: StepLogs): Promise<void> {
    const { everySteps = Infinity } = this.options;
    if ((logs.step + 1) % everySteps === 0) await this.add('step', logs);
  }

  /** Writes an epoch. @throws TrainError `file-failed` */
  onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    return this.add('epoch', { epoch, ...logs });
  }

  /** Writes the end. @throws TrainError `file-failed` */
  onTrainEnd(logs: Logs): Promise<void> {
    return this.add('end', logs);
  }

  private async add(event: string, content: object): Promise<void> {
    const line = JSON.stringify({ event, time: new Date().toISOString(), ...content });
    await host.append(this.options.filename, new TextEncoder().encode(`${line}\n`));
  }
}
