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
    this.kept += 1;
    const snapshot: ParameterSnapshot & { weights: number } = {
      weights: this.weights,
      values: new Map(),
      dispose: () => (this.kept -= 1),
    };
    return Promise.resolve(snapshot);
  }

  snapshotOf(): ParameterSnapshot {
    throw new Error('a run in one process asks for no snapshot of given values');
  }

  restore(snapshot: ParameterSnapshot): Promise<void> {
    this.weights = (snapshot as ParameterSnapshot & { weights: number }).weights;
    return Promise.resolve();
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
