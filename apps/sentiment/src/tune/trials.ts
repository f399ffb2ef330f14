import { layOut } from '../report/format.js';
import { type EpochFigures, type Objective, scoreOf } from './objective.js';
import type { Parameters } from './search-space.js';

/** One training with parameters of its own. */
export interface Trial {
  /** From 1. */
  readonly number: number;
  readonly parameters: Parameters;
  /** `stopped`: successive halving has ended it. */
  readonly status: 'done' | 'stopped' | 'failed';
  /** Figures of the validation examples after each epoch. */
  readonly epochs: readonly EpochFigures[];
  readonly seconds: number;
  /** Why it failed. */
  readonly message?: string | undefined;
}

/**
 * Figures of the weights that a training would leave: those of its last epoch, or with early stopping of the epoch with
 * the lowest loss.
 */
export function finalFigures({ epochs }: Trial, earlyStopping: boolean): EpochFigures | undefined {
  if (!earlyStopping) return epochs.at(-1);
  return epochs.reduce<EpochFigures | undefined>(
    (best, figures) => (best && (best.loss ?? Infinity) <= (figures.loss ?? Infinity) ? best : figures),
    undefined,
  );
}

/** Trials with a score, the best first; those that were stopped come after those that were not. */
export function ranked(
  trials: readonly Trial[],
  objective: Objective,
  earlyStopping: boolean,
): { readonly trial: Trial; readonly score: number; readonly value: number }[] {
  return trials
    .flatMap((trial) => {
      const figures = finalFigures(trial, earlyStopping);
      const score = figures ? scoreOf(objective, figures) : -Infinity;
      return trial.status === 'failed' || score === -Infinity
        ? []
        : [{ trial, score, value: figures?.[objective.metric] ?? NaN }];
    })
    .sort(
      (a, b) =>
        Number(a.trial.status === 'stopped') - Number(b.trial.status === 'stopped') || b.score - a.score,
    );
}

/** The trials as a table for people. */
export function trialTable(
  trials: readonly Trial[],
  objective: Objective,
  earlyStopping: boolean,
  rows: number,
): string[] {
  const names = Object.keys(trials[0]?.parameters ?? {});
  const best = ranked(trials, objective, earlyStopping);
  const table = layOut([
    ['trial', objective.metric, 'passes', ...names],
    ...best
      .slice(0, rows)
      .map(({ trial, value }) => [
        String(trial.number),
        value.toFixed(4),
        `${trial.epochs.length}${trial.status === 'stopped' ? ' (stopped)' : ''}`,
        ...names.map((name) => trial.parameters[name] ?? ''),
      ]),
  ]);
  const failed = trials.filter(({ status }) => status === 'failed');
  return [
    ...table,
    ...(best.length > rows ? [`  and ${best.length - rows} more in tune.csv`] : []),
    ...failed.map(({ number, message }) => `  trial ${number} failed: ${message ?? 'without a word'}`),
  ];
}

/** All trials as a file that spreadsheets open. */
export function trialCsv(trials: readonly Trial[], earlyStopping: boolean): string {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const names = Object.keys(trials[0]?.parameters ?? {});
  const figures = [...new Set(trials.flatMap(({ epochs }) => epochs.flatMap((each) => Object.keys(each))))];
  const lines = trials.map((trial) => {
    const final = finalFigures(trial, earlyStopping);
    return [
      String(trial.number),
      trial.status,
      String(trial.epochs.length),
      trial.seconds.toFixed(1),
      ...names.map((name) => trial.parameters[name] ?? ''),
      ...figures.map((name) => String(final?.[name] ?? '')),
      trial.message ?? '',
    ];
  });
  const header = ['trial', 'status', 'passes', 'seconds', ...names, ...figures, 'message'];
  return [header, ...lines].map((line) => `${line.map(cell).join(',')}\n`).join('');
}
