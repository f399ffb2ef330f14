import { join } from 'node:path';

import { type Callback, CSVLogger, EarlyStopping, JsonLinesLogger, TensorBoard } from '@bertune/train';

import type { LabelSpace } from '../data/labels.js';
import type { Log, LogKind } from '../option-values.js';
import { type TrainSettings, writtenOptions } from './settings.js';

/** What a run is watched with. */
export interface RunCallbacks {
  /** In the order that a resumed run must have too. */
  readonly callbacks: readonly Callback[];
  /** What `--early-stopping` did, as a line for people; undefined without it, or when it did nothing. */
  readonly outcome: () => string | undefined;
}

/**
 * The callbacks that `--early-stopping` and `--log` ask for.
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
  const stopping =
    earlyStopping === undefined
      ? undefined
      : new EarlyStopping({ patience: earlyStopping, restoreBestWeights: true });
  const logs = logCallbacks(log, directory, {
    isResumed,
    options: writtenOptions(settings),
    prCurves: labels.task !== 'regression',
    classNames: labels.names,
  });
  return {
    callbacks: [...(stopping ? [stopping] : []), ...logs],
    outcome: () => {
      const { bestEpoch, stoppedEpoch } = stopping ?? {};
      if (bestEpoch === undefined) return undefined;
      const ended =
        stoppedEpoch === undefined ? '' : `ended after epoch ${stoppedEpoch + 1} (--early-stopping); `;
      return `${ended}kept the weights of epoch ${bestEpoch + 1}, whose valid loss is the lowest`;
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
