import * as tf from '@tensorflow/tfjs';

import type { Dataset, Trainable, TrainingRun } from '../src/index.js';

/** What `tools/reference/optimizers.py` describes: a model whose gradient is known in closed form. */
export interface QuadraticSpec {
  readonly shapes: Record<string, number[]>;
  readonly start: Record<string, number[]>;
  readonly target: Record<string, number[]>;
  readonly a: number;
  readonly amplitude: number;
}

/** An example is its weight in the loss. */
export interface WeightBatch {
  readonly weights: tf.Tensor1D;
}

/** Loss `sum(a/2 * (p - target)^2 + wave * p)`, with a wave that differs between steps and micro-batches. */
export class Quadratic implements Trainable<WeightBatch> {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly runs: TrainingRun[] = [];

  constructor(private readonly spec: QuadraticSpec) {
    this.parameters = new Map(
      Object.entries(spec.shapes).map(([name, shape]) => [
        name,
        tf.tidy(() => tf.variable(tf.tensor(spec.start[name], shape))),
      ]),
    );
  }

  loss(_batch: WeightBatch, run: TrainingRun = { seed: 0, step: 0 }): tf.Scalar {
    this.runs.push(run);
    return tf.tidy(() => {
      const { a, amplitude, target } = this.spec;
      const parts = [...this.parameters].map(([name, variable]) => {
        const wave = Array.from(
          { length: variable.size },
          (_, i) => amplitude * Math.sin(1.7 * i + 0.9 * run.step + 2.3 * (run.microBatch ?? 0)),
        );
        const distance = tf.squaredDifference(variable, tf.tensor(target[name], variable.shape));
        return tf.sum(tf.add(tf.mul(distance, a / 2), tf.mul(variable, tf.tensor(wave, variable.shape))));
      });
      return tf.addN(parts).asScalar();
    });
  }

  lossWeight({ weights }: WeightBatch): number {
    return [...weights.dataSync()].reduce((sum, weight) => sum + weight, 0);
  }

  predict({ weights }: WeightBatch): tf.Tensor {
    return tf.tidy(() => tf.expandDims(weights, 1));
  }

  labels({ weights }: WeightBatch): tf.Tensor {
    return weights;
  }

  values(name: string): Float32Array {
    return this.parameters.get(name)!.dataSync() as Float32Array;
  }

  dispose(): void {
    for (const variable of this.parameters.values()) variable.dispose();
  }
}

/** Examples that are nothing but weights. */
export function weightData(weights: readonly number[]): Dataset<number, WeightBatch> {
  return {
    examples: weights,
    length: () => 1,
    collate: (examples) => ({ weights: tf.tensor1d([...examples]) }),
  };
}
