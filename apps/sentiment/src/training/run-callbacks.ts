import { join } from 'node:path';

import { type Callback, CSVLogger, EarlyStopping, JsonLinesLogger, TensorBoard } from '@bertune/train';

import type { LabelSpace } from '../data/labels.js';
import type { LogKind } from '../option-values.js';
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
  const kinds = log === 'none' ? [] : log;
  const makeLog: Readonly<Record<LogKind, () => Callback>> = {
    csv: () => new CSVLogger({ filename: join(directory, 'log.csv'), append: isResumed }),
    jsonl: () =>
      new JsonLinesLogger({ filename: join(directory, 'log.jsonl'), everySteps: 1, append: isResumed }),
    tensorboard: () =>
      new TensorBoard({
        logDir: join(directory, 'tensorboard'),
        updateFreq: 'batch',
        prCurves: labels.task !== 'regression',
        classNames: labels.names,
        text: { options: `\`${writtenOptions(settings)}\`` },
      }),
  };
  return {
    callbacks: [...(stopping ? [stopping] : []), ...kinds.map((kind) => makeLog[kind]())],
    outcome: () => {
      const { bestEpoch, stoppedEpoch } = stopping ?? {};
      if (bestEpoch === undefined) return undefined;
      const ended =
        stoppedEpoch === undefined ? '' : `ended after epoch ${stoppedEpoch + 1} (--early-stopping); `;
      return `${ended}kept the weights of epoch ${bestEpoch + 1}, whose valid loss is the lowest`;
    },
  };
}
