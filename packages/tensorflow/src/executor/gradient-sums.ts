import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import type { ResourceVariable } from '../tensors/resource-variable.js';
import type { DeviceFunction } from './device-function.js';
import { addToVariable, setVariable, tensorOf } from './update.js';

/** Gradients by the name of their parameter, in a fixed order; all float32 of their parameter's shape. */
export type NamedGradients = readonly (readonly [name: string, gradient: tf.Tensor])[];

/** Gradient accumulation: the weighted sum over the micro-batches of one step, on the device. */
export class GradientSums {
  private readonly sums = new Map<string, ResourceVariable>();
  /** which of them belong to the step under way */
  private readonly begun = new Set<string>();

  /**
   * @param addition what adds; its owner frees it
   * @param newVariable makes the variable of a parameter's sum, which this object owns
   */
  constructor(
    private readonly backend: TensorFlowBackend,
    private readonly addition: DeviceFunction,
    private readonly newVariable: (name: string) => ResourceVariable,
  ) {}

  /** Parameters that have a gradient in this step. */
  get names(): readonly string[] {
    return [...this.begun];
  }

  /** Begins a step: what was summed up is forgotten. */
  begin(): void {
    this.begun.clear();
  }

  /** Adds the gradients of a micro-batch times its share in the step's loss; they stay the caller's. */
  add(gradients: NamedGradients, share: number): void {
    for (const [name] of gradients) if (!this.sums.has(name)) this.sums.set(name, this.newVariable(name));
    const signature = gradients.map(([name]) => `${name}${this.begun.has(name) ? '+' : '='}`).join();
    const part = tf.scalar(share);
    const inputs = [part, ...gradients.map(([, gradient]) => gradient)];
    this.addition.call(signature, inputs, ({ inputs: [part, ...tensors] }) => {
      gradients.forEach(([name], i) => {
        const change = this.begun.has(name) ? addToVariable : setVariable;
        change(this.backend, this.sumOf(name), tf.mul(tensors[i], part));
      });
      return [];
    });
    part.dispose();
    for (const [name] of gradients) this.begun.add(name);
  }

  /** The sum, as it is now or when the function under trace starts. */
  tensor(name: string): tf.Tensor {
    return tensorOf(this.backend, this.sumOf(name));
  }

  /** Frees the sums. */
  dispose(): void {
    for (const sum of this.sums.values()) this.backend.engine.variables.release(sum);
    this.sums.clear();
    this.begun.clear();
  }

  private sumOf(name: string): ResourceVariable {
    const sum = this.sums.get(name);
    if (sum) return sum;
    throw new Error(`${name}: no gradient was summed up for it`);
  }
}
