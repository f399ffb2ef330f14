import { type Callback, type CallbackState } from './callbacks/callback.js';
import type { TrainingModel } from './callbacks/training-model.js';
import type { EpochFigures, EpochSums } from './epoch-figures.js';
import { TrainError } from './errors.js';
import type { History, HistoryRecorder } from './history.js';
import type { OptimizerSession } from './optimizer-session.js';
import type { OptimizerState } from './optimizers/optimizer-state.js';

/**
 * Where a run stands between two steps: with the values of the parameters, all that it takes to go on in another process as
 * if nothing had happened. Order of the data, dropout and schedule follow from the options and `steps`.
 */
export interface TrainingState {
  /** optimiser steps taken */
  readonly steps: number;
  /** figures of all steps and of the epochs that have ended */
  readonly history: Omit<History, 'ended'>;
  /** sums over the steps of the epoch under way, or of the last one where its validation is still to be done */
  readonly epoch: EpochSums;
  /** the optimiser's learning rate, which callbacks may have changed */
  readonly learningRate: number;
  /** whether a callback has asked the run to end */
  readonly stopTraining: boolean;
  /** what the optimiser remembers */
  readonly optimizer: OptimizerState;
  /** of each callback in the order of `fit`'s; undefined for those that keep nothing */
  readonly callbacks: readonly (CallbackState | undefined)[];
}

/** When and where the state of a run goes. */
export interface CheckpointOptions {
  /** optimiser steps from one checkpoint to the next; default: none but the one when the signal ends the run */
  readonly everySteps?: number | undefined;
  /**
   * Keeps the state and the values of the parameters, which the model's variables have while it works. Called after all
   * hooks of a step, and before `onTrainEnd` of a run that the signal ends. What it throws ends the run.
   */
  save(state: TrainingState): Promise<unknown>;
}

/** What the state of a run is made of. */
export interface RunParts {
  readonly history: HistoryRecorder;
  readonly figures: EpochFigures;
  readonly model: TrainingModel;
  readonly session: Pick<OptimizerSession<never>, 'readParameters' | 'exportState'>;
  readonly callbacks: readonly Callback[];
}

/** The state of a run as it is now; nothing of it changes later. The variables then hold the current values. */
export async function captureState(run: RunParts): Promise<TrainingState> {
  const { history, figures, model, session, callbacks } = run;
  await session.readParameters();
  const states: (CallbackState | undefined)[] = [];
  for (const callback of callbacks) states.push(await callback.state?.());
  const { ended: _, ...figuresSoFar } = structuredClone(history.toHistory());
  return {
    steps: history.steps,
    history: figuresSoFar,
    epoch: figures.sums,
    learningRate: model.learningRate,
    stopTraining: model.stopTraining,
    optimizer: await session.exportState(),
    callbacks: states,
  };
}

/**
 * Checks that a state fits the callbacks of a run.
 * @throws TrainError `invalid-state`
 */
export function checkCallbackStates(state: TrainingState, callbacks: readonly Callback[]): void {
  const problems: string[] = [];
  if (state.callbacks.length !== callbacks.length) {
    problems.push(`expected ${state.callbacks.length} callbacks, as it had, found ${callbacks.length}`);
  }
  state.callbacks.forEach((kept, i) => {
    const callback = callbacks[i] as Callback | undefined;
    if (kept && callback && !callback.restore)
      problems.push(`callback ${i} cannot take over the state it has for it`);
  });
  if (problems.length === 0) return;
  throw new TrainError(
    'invalid-state',
    `fit: the state to resume from does not fit: ${problems.join('; ')}. Give the callbacks of the run in their order.`,
    { problems },
  );
}

/** Gives model and callbacks what they had. */
export async function restoreState(
  state: TrainingState,
  { model, callbacks }: Pick<RunParts, 'model' | 'callbacks'>,
): Promise<void> {
  for (const [i, kept] of state.callbacks.entries()) if (kept) await callbacks[i].restore?.(kept);
  model.learningRate = state.learningRate;
  model.stopTraining = state.stopTraining;
}
