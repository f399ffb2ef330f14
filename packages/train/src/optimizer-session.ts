import { outOfMemoryError } from './out-of-memory.js';
import { TrainError } from './errors.js';
import type { MicroBatch, StepResult, TrainingRequest, TrainingSession } from './executor.js';
import { checkState, type OptimizerState } from './optimizers/optimizer-state.js';
import type { Optimizer } from './optimizers/optimizer.js';
import { updateNumbers } from './optimizers/update-rule.js';

/** One optimiser step as the loop asks for it. */
export interface OptimizerStep<Batch extends object> {
  readonly microBatches: readonly MicroBatch<Batch>[];
  readonly seed: number;
  /** position in the run, from 0 */
  readonly step: number;
  /** of this step, schedule included */
  readonly learningRate: number;
}

/** A session of an executor, with all that is the same for every executor: updates counted, states and results checked. */
export class OptimizerSession<Batch extends object> {
  private iterations = 0;

  constructor(
    private readonly optimizer: Optimizer,
    private readonly parameters: TrainingRequest<Batch>['parameters'],
    private readonly session: TrainingSession<Batch>,
  ) {}

  /**
   * Runs one optimiser step.
   * @throws TrainError `non-finite-loss`, `non-finite-gradients`, `invalid-loss`, `out-of-memory`
   */
  async trainStep({ microBatches, seed, step, learningRate }: OptimizerStep<Batch>): Promise<StepResult> {
    const iteration = this.iterations + 1;
    const update = updateNumbers(this.optimizer, iteration, learningRate);
    let result: StepResult;
    try {
      result = await this.session.trainStep({ microBatches, seed, step, update });
    } catch (error) {
      const batches = microBatches.map(({ batch }) => batch);
      throw unconnectedError(error) ?? outOfMemoryError(error, `Step ${step}`, batches, { step }) ?? error;
    }
    checkFinite(step, result, learningRate);
    this.iterations = iteration; // last: an update that failed does not count as one
    return result;
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
    return { kind: this.optimizer.kind, iterations: this.iterations, slots };
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
  }

  dispose(): void {
    this.session.dispose();
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

function checkFinite(step: number, { loss, gradientNorm }: StepResult, learningRate: number): void {
  const details = { step, loss, gradientNorm, learningRate };
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
