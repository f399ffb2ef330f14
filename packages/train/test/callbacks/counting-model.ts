import type * as tf from '@tensorflow/tfjs';
import { writeFile } from 'node:fs/promises';

import type { CallbackModel, OptimizerState, ParameterSnapshot } from '../../src/index.js';

/** A model whose weights are one number, for callbacks alone. */
export class CountingModel implements CallbackModel {
  stopTraining = false;
  learningRate = 0.1;
  weights = -1;
  /** snapshots that nobody has disposed */
  kept = 0;
  saves = 0;
  /** whether the weights were read since the last save */
  isRead = false;
  readonly parameters = new Map<string, tf.Variable>();

  readParameters(): Promise<void> {
    this.isRead = true;
    return Promise.resolve();
  }

  snapshot(): Promise<ParameterSnapshot> {
    return Promise.resolve(
      this.snapshotOf(new Map([['weights', { values: Float32Array.of(this.weights) }]])),
    );
  }

  snapshotOf(given: ReadonlyMap<string, { readonly values: Float32Array }>): ParameterSnapshot {
    this.kept += 1;
    const { values } = given.get('weights') ?? { values: Float32Array.of(NaN) };
    const tensor = { shape: [], data: () => Promise.resolve(values) } as unknown as tf.Tensor;
    return { values: new Map([['weights', tensor]]), dispose: () => (this.kept -= 1) };
  }

  async restore({ values }: ParameterSnapshot): Promise<void> {
    this.weights = (await values.get('weights')?.data())?.[0] ?? NaN;
  }

  optimizerState(): Promise<OptimizerState> {
    return Promise.resolve({ kind: 'sgd', iterations: 0, slots: new Map() });
  }

  /** Writes the weights to a file. */
  readonly save = async (path: string): Promise<void> => {
    if (!this.isRead) throw new Error('The variables were not read before the save.');
    this.isRead = false;
    this.saves += 1;
    await writeFile(path, String(this.weights));
  };
}
