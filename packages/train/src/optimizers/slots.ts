import * as tf from '@tensorflow/tfjs';

import type { SlotValues } from './optimizer-state.js';

/** The running figures of an optimiser as tensors, by parameter. */
export class OptimizerSlots {
  private readonly slots = new Map<string, Map<string, tf.Tensor>>();

  /**
   * @param names of the slots of each parameter; they start at zero
   * @param parameters what is trained, by name
   */
  constructor(
    names: readonly string[],
    parameters: Iterable<readonly [name: string, variable: tf.Variable]>,
  ) {
    for (const [parameter, variable] of parameters) {
      const slots = names.map((slot) => [slot, tf.keep(tf.zeros(variable.shape))] as const);
      this.slots.set(parameter, new Map(slots));
    }
  }

  /** The slots of one parameter, by slot name. They stay this object's. */
  of(parameter: string): Map<string, tf.Tensor> {
    return this.slots.get(parameter) ?? new Map<string, tf.Tensor>();
  }

  /** Copies everything to the host, by `parameter/slot`. */
  async read(): Promise<Map<string, SlotValues>> {
    const values = new Map<string, SlotValues>();
    for (const [key, tensor] of this.entries()) {
      // a copy: some backends hand out the very array that the next update writes to
      values.set(key, { shape: tensor.shape, values: Float32Array.from(await tensor.data()) });
    }
    return values;
  }

  /** Replaces everything by values that fit; slots without one become zero. */
  write(values: ReadonlyMap<string, SlotValues>): void {
    for (const [parameter, slots] of this.slots) {
      for (const [slot, tensor] of slots) {
        const stored = values.get(`${parameter}/${slot}`);
        const next = stored ? tf.tensor(stored.values.slice(), tensor.shape) : tf.zeros(tensor.shape);
        tensor.dispose();
        slots.set(slot, tf.keep(next));
      }
    }
  }

  /** Frees the slots. */
  dispose(): void {
    for (const [, tensor] of this.entries()) tensor.dispose();
    this.slots.clear();
  }

  private *entries(): Generator<[string, tf.Tensor]> {
    for (const [parameter, slots] of this.slots) {
      for (const [slot, tensor] of slots) yield [`${parameter}/${slot}`, tensor];
    }
  }
}
