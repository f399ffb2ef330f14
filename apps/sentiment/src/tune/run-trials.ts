import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '../errors.js';
import type { TextSink } from '../io.js';
import { type EpochFigures, type Objective, objectiveOf, scoreOf } from './objective.js';
import { sample } from './search-space.js';
import { SuccessiveHalving } from './successive-halving.js';
import { argumentsOfParameters, runTrial, type TrialOutcome } from './trial-process.js';
import { ranked, type Trial } from './trials.js';
import { type TuneState, writeTuneState } from './tune-state.js';

/** What a search has found. */
export interface Searched {
  readonly state: TuneState;
  /** Absent where no trial has come to figures. */
  readonly objective: Objective | undefined;
  /** Ctrl-C ended it. */
  readonly isInterrupted: boolean;
}

/**
 * Runs the trials that are missing, some at once, each in a process of its own, and writes the state after each. The
 * folder of a trial goes when it ends.
 * @throws AppError `usage` for a metric that is not there, `bad-value` where the very first training fails
 */
export async function runTrials(
  directory: string,
  start: TuneState,
  signal: AbortSignal,
  sink: TextSink,
): Promise<Searched> {
  let state = start;
  let objective = objectiveIn(state);
  const halving = new SuccessiveHalving(state.eta);
  const isCompared = (epoch: number): boolean => state.method === 'asha' && halving.isRung(epoch);
  for (const { epochs } of state.trials) {
    for (const [at, figures] of epochs.entries()) {
      if (objective && isCompared(at + 1)) halving.report(at + 1, scoreOf(objective, figures));
    }
  }
  const taken = new Set(state.trials.map(({ number }) => number));
  const missing = Array.from({ length: state.count }, (_, at) => at + 1).filter(
    (number) => !taken.has(number),
  );
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  let failure: unknown;
  // One at a time, and always the latest: trials that end together must not write over each other.
  let written = Promise.resolve();
  const keepState = (): Promise<void> => (written = written.then(() => writeTuneState(directory, state)));

  const follow = (epoch: number, figures: EpochFigures): boolean => {
    objective ??= objectiveOf(state.metric, figures);
    if (!objective) throw noSuchMetric(state.metric, figures);
    return !isCompared(epoch) || halving.report(epoch, scoreOf(objective, figures));
  };
  const runNext = async (): Promise<void> => {
    for (let number = missing.shift(); number !== undefined; number = missing.shift()) {
      const parameters = sample(state.space, state.searchSeed, number);
      const output = join(directory, 'trials', String(number));
      const argv = [...state.argv, ...argumentsOfParameters(parameters)];
      const begin = Date.now();
      let outcome: TrialOutcome;
      try {
        outcome = await runTrial({ argv, output, cwd: state.cwd, signal: ending, onEpoch: follow });
      } finally {
        await rm(output, { recursive: true, force: true });
      }
      if (outcome.ended === 'aborted') return;
      const { ended: status, epochs, message } = outcome;
      const isFirst = state.trials.length === 0;
      if (status === 'failed' && isFirst && epochs.length === 0) throw firstFailed(argv, outcome);
      const trial: Trial = {
        number,
        parameters,
        status,
        epochs,
        seconds: (Date.now() - begin) / 1000,
        ...(message !== undefined && { message }),
      };
      state = { ...state, trials: [...state.trials, trial].sort((a, b) => a.number - b.number) };
      await keepState();
      sink.write(`${trialLine(trial, state, objective)}\n`);
    }
  };
  try {
    await Promise.all(
      Array.from({ length: state.parallel }, () =>
        runNext().catch((error: unknown) => {
          failure ??= error;
          stop.abort();
        }),
      ),
    );
  } finally {
    await rm(join(directory, 'trials'), { recursive: true, force: true });
  }
  if (failure !== undefined) throw failure as Error;
  return { state, objective, isInterrupted: signal.aborted };
}

/** What earlier trials were compared by. */
function objectiveIn({ trials, metric }: TuneState): Objective | undefined {
  const figures = trials.find(({ epochs }) => epochs.length > 0)?.epochs[0];
  return figures && objectiveOf(metric, figures);
}

function trialLine(trial: Trial, state: TuneState, objective: Objective | undefined): string {
  const { number, parameters, status, epochs, seconds, message } = trial;
  const given = Object.entries(parameters)
    .map((pair) => pair.join(' '))
    .join(', ');
  const best = objective && ranked(state.trials, objective, state.earlyStopping)[0];
  const own = objective && epochs.at(-1)?.[objective.metric];
  const how = {
    done: `${objective?.metric} ${own?.toFixed(4) ?? 'undefined'}`,
    stopped: `${objective?.metric} ${own?.toFixed(4) ?? 'undefined'}, stopped after epoch ${epochs.length}`,
    failed: `failed: ${message ?? 'without a word'}`,
  }[status];
  const soFar = best ? `; best: ${best.value.toFixed(4)} of trial ${best.trial.number}` : '';
  return `trial ${number}/${state.count} (${given}): ${how}, ${seconds.toFixed(0)}s${soFar}`;
}

function noSuchMetric(metric: string | undefined, figures: EpochFigures): AppError {
  return new AppError('usage', {
    where: '--metric',
    expected: `one of ${Object.keys(figures).join(', ')}`,
    found: String(metric),
    remedy: 'These are the figures that a training of this task logs of its validation examples.',
  });
}

function firstFailed(argv: readonly string[], { message, code }: TrialOutcome): AppError {
  return new AppError(code === 2 ? 'usage' : 'no-training', {
    where: 'the first training',
    expected: 'figures after an epoch',
    found: message ?? 'none',
    remedy: `Nothing was tried further. It was: sentiment train ${argv.join(' ')}`,
  });
}
