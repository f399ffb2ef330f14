import { join } from 'node:path';

import {
  type Callback,
  CSVLogger,
  EarlyStopping,
  JsonLinesLogger,
  TensorBoard,
  TerminateOnNaN,
} from '@bertune/train';

import type { LabelSpace } from '../data/labels.js';
import type { Log, LogKind } from '../option-values.js';
import { averagingOf } from './averaging.js';
import { type TrainSettings, writtenOptions } from './settings.js';

/** What a run is watched with. */
export interface RunCallbacks {
  /** In the order that a resumed run must have too. */
  readonly callbacks: readonly Callback[];
  /** What `--early-stopping` and `--average` did, as a line for people; undefined without them, or when they did nothing. */
  readonly outcome: () => string | undefined;
  /** The step whose loss or gradients were not finite, and ended the run. */
  readonly failure: () => Failure | undefined;
}

/** A step that could not be taken. */
export interface Failure {
  /** Position in the run, from 0. */
  readonly step: number;
  /** Says what was not finite. */
  readonly message: string;
  /** File with the batch. */
  readonly savedTo: string | undefined;
}

/**
 * The callbacks that `--early-stopping`, `--average` and `--log` ask for, and the one that ends a run at NaN.
 * @param directory folder of the run
 * @param isResumed whether logs are there already
 */
export function runCallbacks(
  settings: TrainSettings,
  labels: LabelSpace,
  directory: string,
  isResumed: boolean,
): RunCallbacks {
  const { earlyStopping, log } = settings;
  const averaging = averagingOf(settings);
  const terminate = new TerminateOnNaN({ directory });
  const stopping =
    earlyStopping === undefined
      ? undefined
      : new EarlyStopping({ patience: earlyStopping, restoreBestWeights: averaging === undefined });
  const logs = logCallbacks(log, directory, {
    isResumed,
    options: writtenOptions(settings),
    prCurves: labels.task !== 'regression',
    classNames: labels.names,
  });
  return {
    callbacks: [terminate, ...(stopping ? [stopping] : []), ...(averaging ? [averaging] : []), ...logs],
    outcome: () => {
      const { bestEpoch, stoppedEpoch } = stopping ?? {};
      const ended =
        stoppedEpoch === undefined ? '' : `ended after epoch ${stoppedEpoch + 1} (--early-stopping); `;
      if (averaging) return `${ended}kept the average of the weights (--average ${settings.average})`;
      if (bestEpoch === undefined) return undefined;
      return `${ended}kept the weights of epoch ${bestEpoch + 1}, whose valid loss is the lowest`;
    },
    failure: () =>
      terminate.failure && {
        step: terminate.failure.step,
        message: terminate.failure.message,
        savedTo: terminate.savedTo,
      },
  };
}

/** What a log says beside the figures. */
export interface LogText {
  /** Whether logs are there already. */
  readonly isResumed: boolean;
  /** Options of the run, for TensorBoard's text. */
  readonly options: string;
  /** Whether predictions are probabilities of classes. */
  readonly prCurves: boolean;
  readonly classNames?: readonly string[];
}

/**
 * The callbacks that `--log` asks for.
 * @param directory folder of the run
 */
export function logCallbacks(
  log: Log,
  directory: string,
  { isResumed, options, prCurves, classNames }: LogText,
): Callback[] {
  const makeLog: Readonly<Record<LogKind, () => Callback>> = {
    csv: () => new CSVLogger({ filename: join(directory, 'log.csv'), append: isResumed }),
    jsonl: () =>
      new JsonLinesLogger({ filename: join(directory, 'log.jsonl'), everySteps: 1, append: isResumed }),
    tensorboard: () =>
      new TensorBoard({
        logDir: join(directory, 'tensorboard'),
        updateFreq: 'batch',
        prCurves,
        ...(classNames && { classNames }),
        text: { options: `\`${options}\`` },
      }),
  };
  return log === 'none' ? [] : log.map((kind) => makeLog[kind]());
}
