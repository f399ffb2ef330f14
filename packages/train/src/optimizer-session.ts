import { outOfMemoryError } from './out-of-memory.js';
import { TrainError } from './errors.js';
import type { MicroBatch, StepResult, TrainingSession } from './executor.js';
import { checkState, type OptimizerState, type SlotValues } from './optimizers/optimizer-state.js';
import type { Optimizer } from './optimizers/optimizer.js';
import { slotNames, updateNumbers, type UpdateNumbers, updateRule } from './optimizers/update-rule.js';
import type { SelectedParameter } from './select-parameters.js';

/** One optimiser step as the loop asks for it. */
export interface OptimizerStep<Batch extends object> {
  readonly microBatches: readonly MicroBatch<Batch>[];
  readonly seed: number;
  /** position in the run, from 0 */
  readonly step: number;
  /** from 0: says what is trained already */
  readonly epoch: number;
  /** of this step, schedule included */
  readonly learningRate: number;
}

/** A session of an executor, with all that is the same for every executor: updates counted, states and results checked. */
export class OptimizerSession<Batch extends object> {
  private iterations = 0;
  /** updates of each parameter: fewer than those of the session where it was frozen at first */
  private readonly ownIterations = new Map<string, number>();

  constructor(
    private readonly optimizer: Optimizer,
    private readonly parameters: readonly SelectedParameter[],
    private readonly session: TrainingSession<Batch>,
  ) {}

  /**
   * Runs one optimiser step.
   * @throws TrainError `non-finite-loss`, `non-finite-gradients`, `invalid-loss`, `out-of-memory`
   */
  async trainStep(request: OptimizerStep<Batch>): Promise<StepResult> {
    const { result, updates } = await this.runStep(request);
    checkFinite(request.step, result, request.learningRate);
    // Last: an update that failed does not count as one.
    for (const name of updates.keys()) this.ownIterations.set(name, this.iterationsOf(name) + 1);
    this.iterations += 1;
    return result;
  }

  /**
   * Runs steps that change nothing, to see what they take: at learning rate 0, and with the state that was before put
   * back at the end. Losses that are not finite are the real run's to report.
   * @throws TrainError `invalid-loss`, `out-of-memory`
   */
  async rehearse<Result>(
    work: (step: (request: Omit<OptimizerStep<Batch>, 'learningRate'>) => Promise<void>) => Promise<Result>,
  ): Promise<Result> {
    const before = this.iterations > 0 ? await this.exportState() : undefined;
    try {
      return await work(async (request) => {
        await this.runStep({ ...request, learningRate: 0 });
      });
    } finally {
      await this.session.writeSlots(before?.slots ?? new Map());
    }
  }

  /** Runs steps whose effect on the optimiser's state does not last; parameters are the caller's to put back. */
  async keepingState<Result>(work: () => Promise<Result>): Promise<Result> {
    const { iterations } = this;
    const own = new Map(this.ownIterations);
    const slots = iterations > 0 ? await this.session.readSlots() : new Map<string, SlotValues>();
    try {
      return await work();
    } finally {
      this.iterations = iterations;
      this.ownIterations.clear();
      for (const [name, count] of own) this.ownIterations.set(name, count);
      await this.session.writeSlots(slots);
    }
  }

  readParameters(): Promise<void> {
    return this.session.readParameters();
  }

  writeParameters(): Promise<void> {
    return this.session.writeParameters();
  }

  /** Copies the optimiser's state to the host. */
  async exportState(): Promise<OptimizerState> {
    const slots = await this.session.readSlots();
    const { iterations } = this;
    const own = [...this.ownIterations].filter(([, count]) => count !== iterations);
    const later = this.parameters.filter(({ name }) => !this.ownIterations.has(name) && iterations > 0);
    return {
      kind: this.optimizer.kind,
      iterations,
      iterationsOf: new Map([...own, ...later.map(({ name }) => [name, 0] as const)]),
      slots,
    };
  }

  /**
   * Takes over an exported state. Nothing changes when it does not fit.
   * @param options.allowMissing parameters for which the state has nothing start at zero, as after unfreezing
   * @throws TrainError `invalid-state` naming all missing, unexpected and mismatched slots
   */
  async importState(
    state: OptimizerState,
    { allowMissing = false }: { readonly allowMissing?: boolean } = {},
  ): Promise<void> {
    checkState(state, this.optimizer, this.parameters, allowMissing);
    await this.session.writeSlots(state.slots);
    this.iterations = state.iterations;
    const names = slotNames(updateRule(this.optimizer));
    for (const { name } of this.parameters) {
      const isNew = names.some((slot) => !state.slots.has(`${name}/${slot}`));
      this.ownIterations.set(name, isNew ? 0 : (state.iterationsOf?.get(name) ?? state.iterations));
    }
  }

  dispose(): void {
    this.session.dispose();
  }

  private async runStep({
    microBatches,
    seed,
    step,
    epoch,
    learningRate,
  }: OptimizerStep<Batch>): Promise<{ result: StepResult; updates: ReadonlyMap<string, UpdateNumbers> }> {
    const updates = this.updates(epoch, learningRate);
    try {
      return { result: await this.session.trainStep({ microBatches, seed, step, updates }), updates };
    } catch (error) {
      const batches = microBatches.map(({ batch }) => batch);
      throw unconnectedError(error) ?? outOfMemoryError(error, `Step ${step}`, batches, { step }) ?? error;
    }
  }

  private iterationsOf(name: string): number {
    return this.ownIterations.get(name) ?? 0;
  }

  /** Numbers of the next update for what is trained in an epoch; equal ones are one object. */
  private updates(epoch: number, learningRate: number): Map<string, UpdateNumbers> {
    const shared = new Map<string, UpdateNumbers>();
    const updates = new Map<string, UpdateNumbers>();
    for (const { name, learningRateScale, trainFrom } of this.parameters) {
      if (trainFrom > epoch) continue;
      const iteration = this.iterationsOf(name) + 1;
      const key = `${iteration} ${learningRateScale}`;
      const numbers =
        shared.get(key) ?? updateNumbers(this.optimizer, iteration, learningRate * learningRateScale);
      shared.set(key, numbers);
      updates.set(name, numbers);
    }
    return updates;
  }
}

/** TensorFlow.js's `variableGrads` says it in terms of its own arguments. */
function unconnectedError(error: unknown): TrainError | undefined {
  if (!(error instanceof Error && error.message.startsWith('Cannot find a connection'))) return undefined;
  return new TrainError(
    'invalid-loss',
    'loss(batch): expected it to depend on a trained parameter, but it does not.',
    {},
    { cause: error },
  );
}

/** An error of `checkFinite`. */
export interface NonFiniteError extends TrainError {
  /** what was computed */
  readonly details: {
    readonly step: number;
    readonly loss: number;
    readonly gradientNorm: number | undefined;
    readonly learningRate: number;
  };
}

/** Whether an error says that a step is not finite. */
export function isNonFinite(error: unknown): error is NonFiniteError {
  return error instanceof TrainError && ['non-finite-loss', 'non-finite-gradients'].includes(error.code);
}

function checkFinite(step: number, { loss, gradientNorm }: StepResult, learningRate: number): void {
  const details: Readonly<Record<string, unknown>> & NonFiniteError['details'] = {
    step,
    loss,
    gradientNorm,
    learningRate,
  };
  if (!Number.isFinite(loss)) {
    throw new TrainError(
      'non-finite-loss',
      `Step ${step}: expected a finite loss, found ${loss} at learning rate ${learningRate}. ` +
        'Lower learningRate, lengthen the warm-up or set clipNorm; at step 0 look at labels and weights instead.',
      details,
    );
  }
  if (gradientNorm !== undefined && !Number.isFinite(gradientNorm)) {
    throw new TrainError(
      'non-finite-gradients',
      `Step ${step}: expected finite gradients, found norm ${gradientNorm} at learning rate ${learningRate} and ` +
        `loss ${loss}. Lower learningRate or lengthen the warm-up; at step 0 look at the weights instead.`,
      details,
    );
  }
}
