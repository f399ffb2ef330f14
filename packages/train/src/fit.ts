import { callHook, type Callback, type Logs, type NonFiniteStep } from './callbacks/callback.js';
import type { TrainingModel } from './callbacks/training-model.js';
import type { Dataset } from './dataset.js';
import { EpochFigures } from './epoch-figures.js';
import { TrainError } from './errors.js';
import { yieldToEventLoop } from './event-loop.js';
import type { FitSettings } from './fit-options.js';
import { type History, HistoryRecorder } from './history.js';
import { isNonFinite, type OptimizerSession } from './optimizer-session.js';
import type { RunPlan } from './run-plan.js';
import { makeStepBatches } from './step-batches.js';
import { captureState, type CheckpointOptions, restoreState, type TrainingState } from './training-state.js';
import type { Trainable } from './trainable.js';

/** All that a run needs, checked. */
export interface FitJob<Example, Batch extends object> {
  readonly trainable: Trainable<Batch>;
  readonly data: Dataset<Example, Batch>;
  readonly lengths: ArrayLike<number>;
  readonly settings: FitSettings;
  readonly plan: RunPlan;
  readonly session: OptimizerSession<Batch>;
  readonly model: TrainingModel;
  readonly callbacks: readonly Callback[];
  readonly signal: AbortSignal | undefined;
  /** learning rate of an optimiser step */
  readonly learningRate: (step: number) => number;
  /** figures of the validation data, names without `val_`; undefined without such data */
  readonly validate: (() => Promise<Logs>) | undefined;
  /** where the run stood when it was cut off; its optimiser state has been taken over */
  readonly resume: TrainingState | undefined;
  readonly checkpoint: CheckpointOptions | undefined;
}

/** Runs the epochs. See `CompiledModel.fit`. */
export async function runFit<Example, Batch extends object>(job: FitJob<Example, Batch>): Promise<History> {
  const { plan, settings, model, callbacks, signal, resume } = job;
  const history = new HistoryRecorder(settings.initialStep, resume?.history);
  const isOver = (): boolean => model.stopTraining || signal?.aborted === true;
  const keeper = new StateKeeper(job, history);
  let unrestored = resume;
  const restore = async (): Promise<void> => {
    if (unrestored) await restoreState(unrestored, job);
    unrestored = undefined;
  };
  let logs: Record<string, number> = {};

  await callHook(callbacks, 'onTrainBegin');
  let firstStep = 0; // of the epoch, within the run
  for (const [epoch, steps] of plan.stepsPerEpoch.entries()) {
    const lastStep = firstStep + steps;
    const hasEnded = resume ? resume.history.epoch.includes(epoch) : lastStep <= settings.initialStep;
    if (!hasEnded) {
      const hasBegun = resume !== undefined && firstStep < resume.steps;
      if (!hasBegun) await restore();
      if (isOver()) break;
      await callHook(callbacks, 'onEpochBegin', epoch);
      await restore();
      const figures = new EpochFigures(hasBegun ? resume.epoch : undefined);
      await runSteps(job, history, figures, keeper, { epoch, firstStep, isOver });
      if (figures.isEmpty || (signal?.aborted && history.steps < lastStep)) break;
      logs = figures.logs();
      if (job.validate) {
        const validation = await unlessAborted(job.validate);
        if (!validation) {
          history.ended = 'aborted';
          break;
        }
        for (const [name, value] of Object.entries(validation)) logs[`val_${name}`] = value;
      }
      history.addEpoch(epoch, logs);
      await callHook(callbacks, 'onEpochEnd', epoch, logs);
    }
    firstStep = lastStep;
  }
  await restore(); // where nothing was left to do

  if (history.steps < plan.totalSteps) history.ended = signal?.aborted ? 'aborted' : 'stopped';
  if (history.ended === 'aborted') await keeper.saveNow(); // before a callback puts other parameters in their place
  await callHook(callbacks, 'onTrainEnd', logs);
  await job.session.readParameters();
  return history.toHistory();
}

/** Saves the state of a run when it is time. */
class StateKeeper {
  private figures = new EpochFigures();
  /** steps and epochs of the state that was saved or resumed from last */
  private saved: string;

  constructor(
    private readonly job: Pick<FitJob<never, never>, 'model' | 'session' | 'callbacks' | 'checkpoint'>,
    private readonly history: HistoryRecorder,
  ) {
    this.saved = this.position;
  }

  /** After a step. @param figures of its epoch */
  async step(figures: EpochFigures): Promise<void> {
    this.figures = figures;
    const { everySteps = Infinity } = this.job.checkpoint ?? {};
    if (this.history.steps % everySteps === 0) await this.saveNow();
  }

  /** Unless nothing has happened since the last time. */
  async saveNow(): Promise<void> {
    const { checkpoint } = this.job;
    if (!checkpoint || this.saved === this.position) return;
    await checkpoint.save(await captureState({ ...this.job, history: this.history, figures: this.figures }));
    this.saved = this.position;
  }

  private get position(): string {
    return `${this.history.steps} ${this.history.epoch.length}`;
  }
}

/** Where an epoch lies in the run. */
interface EpochPlace {
  readonly epoch: number;
  /** of the epoch, within the run */
  readonly firstStep: number;
  readonly isOver: () => boolean;
}

/** Runs the steps of one epoch that are still to be done, until the run is over. */
async function runSteps<Example, Batch extends object>(
  job: FitJob<Example, Batch>,
  history: HistoryRecorder,
  figures: EpochFigures,
  keeper: StateKeeper,
  { epoch, firstStep, isOver }: EpochPlace,
): Promise<void> {
  const { plan, settings, callbacks } = job;
  for (const [stepInEpoch, groups] of plan.steps(epoch).entries()) {
    const step = firstStep + stepInEpoch;
    if (step < settings.initialStep) continue;
    if (isOver()) break;
    await callHook(callbacks, 'onTrainBatchBegin', stepInEpoch);

    const start = performance.now();
    const learningRate = job.learningRate(step);
    const place = { seed: settings.seed, step };
    const batches = makeStepBatches(job.trainable, job.data, job.lengths, groups, place);
    try {
      const { microBatches, weight, examples, padding } = batches;
      const request = { microBatches, seed: settings.seed, step, epoch, learningRate };
      const result = await job.session.trainStep(request).catch((error: unknown) => {
        const chosen = microBatches.map(({ batch, index }) => ({ examples: groups[index], batch }));
        return settleNonFinite(job, epoch, chosen, error);
      });
      if (!result) break;
      const { loss, gradientNorm } = result;
      const seconds = (performance.now() - start) / 1000;
      history.addStep(loss, learningRate, gradientNorm);
      figures.add(loss, weight, learningRate, padding, seconds);
      await callHook(callbacks, 'onTrainBatchEnd', stepInEpoch, {
        step,
        totalSteps: plan.totalSteps,
        epoch,
        loss,
        learningRate,
        gradientNorm: gradientNorm ?? NaN,
        examples,
        tokens: padding.tokens,
        tokensPerSecond: padding.tokens / seconds,
        paddingWaste: figures.paddingWaste,
      });
    } finally {
      batches.dispose();
    }
    await keeper.step(figures);
    await yieldToEventLoop();
  }
}

/** Shows a step that is not finite to the callbacks; where none of them ends the run, it fails. */
async function settleNonFinite<Example, Batch extends object>(
  { callbacks, model }: FitJob<Example, Batch>,
  epoch: number,
  microBatches: NonFiniteStep['microBatches'],
  error: unknown,
): Promise<undefined> {
  if (!isNonFinite(error)) throw error;
  const { step, loss, gradientNorm = NaN, learningRate } = error.details;
  const { message } = error;
  const failure = { step, epoch, loss, gradientNorm, learningRate, microBatches, message };
  await callHook(callbacks, 'onNonFiniteStep', failure);
  if (!model.stopTraining) throw error;
}

/** What the work gives, or undefined when the signal ended it. */
async function unlessAborted(work: () => Promise<Logs>): Promise<Logs | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TrainError && error.code === 'aborted') return undefined;
    throw error;
  }
}
