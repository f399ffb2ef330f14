import * as tf from '@tensorflow/tfjs';

import { TrainError } from '../errors.js';
import { type Optimizer, slotNames } from './optimizer.js';

/** Values of one slot on the host. */
export interface SlotValues {
  /** of the parameter */
  readonly shape: readonly number[];
  /** row-major */
  readonly values: Float32Array;
}

/** All an optimiser remembers, on the host, by name: what has to be saved to go on as if nothing had happened. */
export interface OptimizerState {
  /** of the optimiser it belongs to */
  readonly kind: Optimizer['kind'];
  /** updates made */
  readonly iterations: number;
  /** by `parameter/slot`, e.g. `classifier.weight/m` */
  readonly slots: ReadonlyMap<string, SlotValues>;
}

/** The running figures of an optimiser as tensors, keyed by parameter name, and the number of updates made. */
export class OptimizerSlots {
  /** updates made so far */
  iterations = 0;
  private readonly slots = new Map<string, Map<string, tf.Tensor>>();

  /** @param parameters what is trained, by name; slots start at zero */
  constructor(
    private readonly optimizer: Optimizer,
    parameters: Iterable<readonly [name: string, variable: tf.Variable]>,
  ) {
    for (const [name, variable] of parameters) {
      const slots = slotNames(optimizer).map((slot) => [slot, tf.keep(tf.zeros(variable.shape))] as const);
      this.slots.set(name, new Map(slots));
    }
  }

  /** The slots of one parameter, by slot name. They stay this object's. */
  of(parameter: string): Map<string, tf.Tensor> {
    return this.slots.get(parameter) ?? new Map<string, tf.Tensor>();
  }

  /** Copies everything to the host. */
  async export(): Promise<OptimizerState> {
    const slots = new Map<string, SlotValues>();
    for (const [key, tensor] of this.entries()) {
      // a copy: some backends hand out the very array that the next update writes to
      slots.set(key, { shape: tensor.shape, values: Float32Array.from(await tensor.data()) });
    }
    return { kind: this.optimizer.kind, iterations: this.iterations, slots };
  }

  /**
   * Takes over an exported state. Nothing changes when it does not fit.
   * @param options.allowMissing parameters for which the state has nothing start at zero, as after unfreezing
   * @throws TrainError `invalid-state` naming all missing, unexpected and mismatched slots
   */
  import(state: OptimizerState, options: { readonly allowMissing?: boolean } = {}): void {
    const problems = this.problemsOf(state, options.allowMissing ?? false);
    if (problems.length > 0) {
      throw new TrainError('invalid-state', `The optimiser state does not fit: ${problems.join('; ')}.`, {
        problems,
      });
    }
    for (const [parameter, slots] of this.slots) {
      for (const [slot, tensor] of slots) {
        const stored = state.slots.get(`${parameter}/${slot}`);
        tensor.dispose();
        slots.set(
          slot,
          tf.keep(stored ? tf.tensor(stored.values.slice(), [...stored.shape]) : tf.zeros(tensor.shape)),
        );
      }
    }
    this.iterations = state.iterations;
  }

  /** Frees the slots. */
  dispose(): void {
    for (const [, tensor] of this.entries()) tensor.dispose();
    this.slots.clear();
  }

  private problemsOf(state: OptimizerState, allowMissing: boolean): string[] {
    const problems: string[] = [];
    if (state.kind !== this.optimizer.kind) {
      problems.push(`expected the state of ${this.optimizer.kind}, found that of ${state.kind}`);
    }
    if (!Number.isSafeInteger(state.iterations) || state.iterations < 0) {
      problems.push(`iterations must be an integer of at least 0, found ${String(state.iterations)}`);
    }
    const own = new Map(this.entries());
    for (const [key, tensor] of own) {
      const stored = state.slots.get(key);
      if (!stored && !allowMissing) problems.push(`${key} is missing`);
      if (stored && (stored.shape.join() !== tensor.shape.join() || stored.values.length !== tensor.size)) {
        problems.push(
          `${key} must have shape [${tensor.shape.join(', ')}], found [${stored.shape.join(', ')}] ` +
            `with ${stored.values.length} values`,
        );
      }
    }
    for (const key of state.slots.keys()) if (!own.has(key)) problems.push(`${key} is not expected`);
    return problems;
  }

  private *entries(): Generator<[string, tf.Tensor]> {
    for (const [parameter, slots] of this.slots) {
      for (const [slot, tensor] of slots) yield [`${parameter}/${slot}`, tensor];
    }
  }
}
