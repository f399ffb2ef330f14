import { host } from '#host';

import { rangeProblems, throwProblems } from '../errors.js';
import type { Callback, FitParams, Logs, StepLogs } from './callback.js';
import { completeLines, cutRepeated } from './log-file.js';

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
  /** the first line of the run, until it is known what comes next */
  private begin: string | undefined;

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
    this.begin = this.line('begin', params);
    if (!append || this.params?.initialStep === 0) await this.write('');
  }

  /** Writes a step where it is its turn. @throws TrainError `file-failed` */
  async onTrainBatchEnd(_step: number, logs: StepLogs): Promise<void> {
    const { everySteps = Infinity } = this.options;
    if ((logs.step + 1) % everySteps !== 0) return;
    await this.add('step', logs, ({ event, step, epoch }) =>
      event === 'step' ? Number(step) >= logs.step : event === 'epoch' && Number(epoch) >= logs.epoch,
    );
  }

  /** Writes an epoch. @throws TrainError `file-failed` */
  onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    return this.add(
      'epoch',
      { epoch, ...logs },
      (line) => line.event === 'epoch' && Number(line.epoch) >= epoch,
    );
  }

  /** Writes the end. @throws TrainError `file-failed` */
  onTrainEnd(logs: Logs): Promise<void> {
    return this.add('end', logs, ({ event }) => event === 'end');
  }

  /** @param isAfter whether a line of a former process is what this run writes again, from here on */
  private async add(
    event: string,
    content: object,
    isAfter: (line: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<void> {
    if (this.begin !== undefined) {
      await cutRepeated(this.options.filename, (line) =>
        isAfter(JSON.parse(line) as Record<string, unknown>),
      );
    }
    await this.write(this.line(event, content));
  }

  private line(event: string, content: object): string {
    return `${JSON.stringify({ event, time: new Date().toISOString(), ...content })}\n`;
  }

  private async write(text: string): Promise<void> {
    const { begin = '' } = this;
    this.begin = undefined;
    await host.append(this.options.filename, new TextEncoder().encode(`${begin}${text}`));
  }
}
