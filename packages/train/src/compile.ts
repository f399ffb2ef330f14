import type { FitParams } from './callbacks/callback.js';
import { callHook } from './callbacks/callback.js';
import { TrainingModel } from './callbacks/training-model.js';
import { checkAllLabels } from './check-labels.js';
import { CheckedTrainable } from './checked-trainable.js';
import { type ClipNorm, clipProblems } from './clipping.js';
import type { Dataset } from './dataset.js';
import { EagerExecutor } from './eager-executor.js';
import { throwProblems, TrainError } from './errors.js';
import { estimateRun } from './estimate/estimate-run.js';
import type { RunEstimate } from './estimate/run-estimate.js';
import { collectLabels, type Evaluation, evaluationBatches, runEvaluate, runPredict } from './evaluate.js';
import type { Executor, HostTensor } from './executor.js';
import { runFit } from './fit.js';
import type { EvaluateOptions, FitOptions } from './fit-options.js';
import type { History } from './history.js';
import type { Metric } from './metrics/metric.js';
import { OptimizerSession } from './optimizer-session.js';
import type { OptimizerState } from './optimizers/optimizer-state.js';
import type { Optimizer } from './optimizers/optimizer.js';
import { slotNames, updateRule } from './optimizers/update-rule.js';
import { type PreparedRun, prepareRun } from './prepare-run.js';
import { runRangeTest, type RangeTest } from './range-test/range-test.js';
import { fitOptionsOf, rangeTestSettings, type RangeTestOptions } from './range-test/range-test-options.js';
import { selectParameters, type SelectedParameter } from './select-parameters.js';
import type { Schedule } from './schedules/schedule.js';
import type { Trainable } from './trainable.js';
import { checkCallbackStates } from './training-state.js';

/** How a model is trained. */
export interface CompileOptions {
  /** `adamW()`, `bertAdam()`, `adam()` or `sgd()` */
  readonly optimizer: Optimizer;
  /** factor on the learning rate over the run; default: constant */
  readonly schedule?: Schedule | undefined;
  /**
   * Clips gradients by their global norm: a number is the limit with torch's formula, `Infinity` measures only.
   * Default: neither, and gradients are then not checked for values that are not finite either.
   */
  readonly clipNorm?: number | ClipNorm | undefined;
  /** what `evaluate` and validation compute besides the loss; names must differ */
  readonly metrics?: readonly Metric[] | undefined;
  /** which parameters are trained, by name; default: all whose variable is `trainable`. The others are frozen. */
  readonly trainable?: ((name: string) => boolean) | undefined;
  /**
   * Gradual unfreezing: the epoch of `fit`, from 0, from which on a parameter is trained. Before it the parameter is a
   * constant, as a frozen one; Adam's bias corrections count its own updates, as torch's do. Default: 0 for all.
   */
  readonly trainFrom?: ((name: string) => number) | undefined;
  /** factor on the learning rate of a parameter, as in layer-wise decay; weight decay goes with it; default: 1 for all */
  readonly learningRateScale?: ((name: string) => number) | undefined;
  /** how steps are run; default: `EagerExecutor` */
  readonly executor?: Executor | undefined;
}

/**
 * Joins a model with what is needed to train it. What its `loss` takes is what `fit` and `evaluate` want from
 * `collate`; what its `predict` takes, without labels, is enough for `predict`.
 * @throws TrainError `no-trainable-parameters`, `invalid-options`
 */
export function compile<Batch extends Input, Input extends object = Batch>(
  trainable: Trainable<Batch, Input>,
  options: CompileOptions,
): CompiledModel<Batch, Input> {
  return new CompiledModel(trainable, options);
}

/** A model that can be trained. The state of its optimiser lives on from one `fit` to the next, until `dispose`. */
export class CompiledModel<Batch extends Input, Input extends object = Batch> {
  /** what is trained, in the order of the model's parameters */
  readonly trainedParameters: readonly SelectedParameter[];

  private readonly executor: Executor;
  private readonly clip: ClipNorm | undefined;
  private readonly checked: CheckedTrainable<Batch, Input>;
  private session: OptimizerSession<Batch> | undefined;
  private state: 'idle' | 'training' | 'disposed' = 'idle';

  /** @throws TrainError `no-trainable-parameters`, `invalid-options` */
  constructor(
    /** the model; stays the caller's */
    readonly trainable: Trainable<Batch, Input>,
    private readonly options: CompileOptions,
  ) {
    const { clipNorm, metrics = [], executor } = options;
    this.clip = typeof clipNorm === 'number' ? { maxNorm: clipNorm, formula: 'torch' } : clipNorm;
    const names = metrics.map(({ name }) => name);
    const twice = names.filter((name, index) => name === 'loss' || names.indexOf(name) !== index);
    throwProblems('compile', [
      ...(this.clip ? clipProblems(this.clip) : []),
      ...twice.map((name) => `two figures are called ${name}: give the metric another name`),
    ]);
    this.executor = executor ?? new EagerExecutor();
    this.checked = new CheckedTrainable(trainable);
    this.trainedParameters = selectParameters(trainable.parameters, options);
  }

  /**
   * Trains.
   *
   * Each optimiser step runs `loss` on its micro-batches with the seed and its position in the run, clips, and updates.
   * Figures depend on the model, the data and the options alone: the same seed gives the same losses to the last bit
   * on the same backend. The event loop has its turn after every step.
   * @returns what was done; with a signal or a callback that ended the run, up to there
   * @throws TrainError before training: `invalid-options`, `no-examples`, `no-validation-examples`,
   *   `example-too-long`, `invalid-labels` (validation data included), `needs-two-classes`, `invalid-state`, `busy`,
   *   `disposed`; in a step: `empty-batch`, `shape-mismatch`,
   *   `invalid-loss`, `non-finite-loss` and `non-finite-gradients`, which leave the parameters as they were before it;
   *   `out-of-memory`, after which some parameters may have been updated and others not. Gradients are looked at only
   *   with `clipNorm` (`Infinity` measures without clipping): without it one that is not finite reaches the parameters,
   *   and the next step says `non-finite-loss`
   */
  async fit<Example>(
    data: Dataset<Example, Batch>,
    options: FitOptions<Example, Batch> = {},
  ): Promise<History> {
    const run = this.prepare(data, options);
    const { lengths, settings, plan, session, schedule } = run;
    const { callbacks = [], signal, validationData } = options;
    if (options.resume) checkCallbackStates(options.resume, callbacks);
    this.state = 'training';
    const { learningRate } = this.options.optimizer;
    const model = new TrainingModel(this.trainable.parameters, this.trainedParameters, session, learningRate);
    try {
      await checkAllLabels('training', this.trainable, data, signal);
      if (validationData) {
        await checkAllLabels('validation', this.trainable, validationData, signal);
        await this.checkValidationLabels(validationData, settings.sizing);
      }
      if (options.resume) await session.importState(options.resume.optimizer);
      const { initialStep } = settings;
      const figures = epochFigures(validationData && (this.options.metrics ?? []));
      await callHook(callbacks, 'setParams', {
        ...this.describe(plan, initialStep, data.examples.length),
        figures,
      });
      await callHook(callbacks, 'setModel', model);
      return await runFit({
        trainable: this.trainable,
        data,
        lengths,
        settings,
        plan,
        session,
        model,
        callbacks,
        signal,
        learningRate: (step) => model.learningRate * schedule.factor(step, plan.totalSteps),
        resume: options.resume,
        checkpoint: options.checkpoint,
        validate:
          validationData &&
          (async () =>
            (await this.evaluateNow(validationData, { ...settings.sizing, callbacks, signal })).figures),
      });
    } finally {
      model.dispose();
      this.state = 'idle';
    }
  }

  /**
   * What `fit` with the same data and options will take. Plans the run, tries out a few steps of its shapes, the largest
   * among them, and a batch of the validation; parameters and the optimiser's state stay as they are, no callback is
   * called. What an executor compiles on the way is there for `fit`. Takes about 2 % of what the run takes, or a few
   * seconds; once it has ended the process has had the memory that a step needs.
   * @throws TrainError as `fit` before training; in a step `invalid-loss`, `out-of-memory`; `aborted`
   */
  async estimate<Example>(
    data: Dataset<Example, Batch>,
    options: FitOptions<Example, Batch> = {},
  ): Promise<RunEstimate> {
    const run = this.prepare(data, options);
    const { validationData, signal } = options;
    this.state = 'training';
    try {
      const { checked: trainable, executor } = this;
      const validation = validationData && { data: validationData, batches: run.validationBatches };
      return await estimateRun({ trainable, executor, data, validation, signal, ...run });
    } finally {
      this.state = 'idle';
    }
  }

  /**
   * The range test of Smith 2017 (arXiv:1506.01186, section 3.3): the learning rate rises from `min` to `max`, each step by
   * the same factor, on the batches and the dropout that `fit` would begin with; the loss says where it is too low, good
   * and too high. The schedule has no part in it; what `trainFrom` keeps for later epochs is trained from the start.
   * Parameters and the optimiser's state are afterwards what they were, also when it fails.
   * @throws TrainError as `fit`, but for a loss or gradients that are not finite: they end the test
   */
  async findLearningRate<Example>(
    data: Dataset<Example, Batch>,
    options: RangeTestOptions = {},
  ): Promise<RangeTest> {
    const range = rangeTestSettings(options);
    const run = this.prepare(data, fitOptionsOf(options, range));
    this.state = 'training';
    const { trainable, trainedParameters: trained } = this;
    try {
      return await runRangeTest({ ...run, trainable, trained, data, range, options });
    } finally {
      this.state = 'idle';
    }
  }

  /**
   * Loss without dropout and the compiled metrics.
   * @returns `loss`, the weighted mean over the data, and one figure for each metric
   * @throws TrainError `invalid-options`, `no-examples`, `example-too-long`, `shape-mismatch`, `aborted`, `disposed`
   */
  async evaluate<Example>(
    data: Dataset<Example, Batch>,
    options: EvaluateOptions = {},
  ): Promise<Record<string, number>> {
    return (await this.evaluateWithPredictions(data, options)).figures;
  }

  /**
   * As `evaluate`, with the predictions behind the figures: one pass over the data, and nothing for a compiling executor
   * to compile that validation has not compiled already.
   * @throws TrainError as `evaluate`
   */
  async evaluateWithPredictions<Example>(
    data: Dataset<Example, Batch>,
    options: EvaluateOptions = {},
  ): Promise<Evaluation> {
    this.assertNotDisposed();
    return this.evaluateNow(data, options);
  }

  /**
   * Predictions in the order of the examples. Batches need no labels.
   * @returns float32 [N, ...] on the host, N examples
   * @throws TrainError as `evaluate`
   */
  async predict<Example>(data: Dataset<Example, Input>, options: EvaluateOptions = {}): Promise<HostTensor> {
    this.assertNotDisposed();
    return runPredict({ trainable: this.checked, executor: this.executor }, data, options);
  }

  /** The optimiser's state on the host, by parameter name: with the parameters, what a later run needs to go on. */
  async exportOptimizerState(): Promise<OptimizerState> {
    this.assertNotDisposed();
    return this.openSession().exportState();
  }

  /**
   * Replaces the optimiser's state.
   * @param options.allowMissing parameters for which the state has nothing start afresh, as after unfreezing
   * @throws TrainError `invalid-state` naming everything that does not fit, `busy`, `disposed`
   */
  async importOptimizerState(
    state: OptimizerState,
    options?: { readonly allowMissing?: boolean },
  ): Promise<void> {
    this.assertIdle();
    await this.openSession().importState(state, options);
  }

  /** Frees the optimiser's state. The model stays. @throws TrainError `busy` */
  dispose(): void {
    if (this.state === 'disposed') return;
    this.assertIdle();
    this.session?.dispose();
    this.session = undefined;
    this.state = 'disposed';
  }

  private prepare<Example>(
    data: Dataset<Example, Batch>,
    options: FitOptions<Example, Batch>,
  ): PreparedRun & { readonly session: OptimizerSession<Batch> } {
    this.assertIdle();
    const run = prepareRun(data, options, this.options.schedule);
    return { ...run, session: this.openSession() }; // may throw: before the model counts as busy
  }

  private evaluateNow<Example>(data: Dataset<Example, Batch>, options: EvaluateOptions): Promise<Evaluation> {
    const runner = { trainable: this.checked, executor: this.executor };
    return runEvaluate(runner, data, this.options.metrics ?? [], options);
  }

  /** Asks the metrics whether they can be worked out at all. @throws TrainError `needs-two-classes` */
  private async checkValidationLabels<Example>(
    data: Dataset<Example, Batch>,
    options: EvaluateOptions,
  ): Promise<void> {
    const asking = (this.options.metrics ?? []).filter(({ checkLabels }) => checkLabels);
    if (asking.length === 0) return;
    const labels = await collectLabels(this.trainable, data, evaluationBatches('fit', data, options));
    for (const metric of asking) metric.checkLabels?.(labels);
  }

  private openSession(): OptimizerSession<Batch> {
    if (this.session) return this.session;
    const { optimizer } = this.options;
    const rule = updateRule(optimizer);
    const parameters = this.trainedParameters;
    const session = this.executor.startTraining<Batch>({
      trainable: this.checked,
      parameters,
      rule,
      slotNames: slotNames(rule),
      clip: this.clip,
    });
    this.session = new OptimizerSession(optimizer, parameters, session);
    return this.session;
  }

  private describe(
    { totalSteps, stepsPerEpoch }: { totalSteps: number; stepsPerEpoch: readonly number[] },
    initialStep: number,
    examples: number,
  ): Omit<FitParams, 'figures'> {
    return {
      epochs: stepsPerEpoch.length,
      totalSteps,
      initialStep,
      stepsPerEpoch,
      examples,
      trainableParameters: this.trainedParameters.length,
      trainableValues: this.trainedParameters.reduce((total, { variable }) => total + variable.size, 0),
    };
  }

  private assertNotDisposed(): void {
    if (this.state === 'disposed') {
      throw new TrainError('disposed', 'The compiled model was disposed: compile it again.');
    }
  }

  private assertIdle(): void {
    this.assertNotDisposed();
    if (this.state === 'training') {
      throw new TrainError('busy', 'The model is being trained: wait for fit, or end it through its signal.');
    }
  }
}

/** Figures in the logs of an epoch. @param metrics those of the validation; undefined without */
function epochFigures(metrics: readonly Metric[] | undefined): FitParams['figures'] {
  return new Map<string, Metric['better']>([
    ['loss', 'lower'],
    ...['learningRate', 'paddingWaste', 'tokensPerSecond'].map((name) => [name, undefined] as const),
    ...(metrics ? [['val_loss', 'lower'] as const] : []),
    ...(metrics ?? []).map(({ name, better }) => [`val_${name}`, better] as const),
  ]);
}
