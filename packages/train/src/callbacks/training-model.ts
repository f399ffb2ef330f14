import * as tf from '@tensorflow/tfjs';

import { rangeProblems, throwProblems } from '../errors.js';
import type { TrainedParameter } from '../executor.js';
import type { OptimizerSession } from '../optimizer-session.js';
import type { OptimizerState, SlotValues } from '../optimizers/optimizer-state.js';
import type { CallbackModel, ParameterSnapshot } from './callback.js';

/** The model as callbacks see it during one run. */
export class TrainingModel implements CallbackModel {
  stopTraining = false;
  private rate: number;
  private readonly snapshots = new Set<ParameterSnapshot>();

  constructor(
    readonly parameters: ReadonlyMap<string, tf.Variable>,
    private readonly trained: readonly TrainedParameter[],
    private readonly session: Pick<
      OptimizerSession<never>,
      'readParameters' | 'writeParameters' | 'exportState'
    >,
    learningRate: number,
  ) {
    this.rate = learningRate;
  }

  get learningRate(): number {
    return this.rate;
  }

  set learningRate(rate: number) {
    throwProblems('model.learningRate', rangeProblems({ learningRate: rate }, 'non-negative'));
    this.rate = rate;
  }

  readParameters(): Promise<void> {
    return this.session.readParameters();
  }

  async snapshot(): Promise<ParameterSnapshot> {
    await this.session.readParameters();
    // A clone shares the variable's memory until the next update gives the variable another.
    const values = new Map(
      this.trained.map(({ name, variable }) => [name, tf.keep(tf.clone(variable))] as const),
    );
    return this.keepSnapshot(values);
  }

  snapshotOf(given: ReadonlyMap<string, SlotValues>): ParameterSnapshot {
    return this.keepSnapshot(
      new Map([...given].map(([name, { values, shape }]) => [name, tf.keep(tf.tensor(values, [...shape]))])),
    );
  }

  private keepSnapshot(values: ReadonlyMap<string, tf.Tensor>): ParameterSnapshot {
    const snapshot: ParameterSnapshot = {
      values,
      dispose: () => {
        tf.dispose([...values.values()]);
        this.snapshots.delete(snapshot);
      },
    };
    this.snapshots.add(snapshot);
    return snapshot;
  }

  async restore(snapshot: ParameterSnapshot): Promise<void> {
    for (const { name, variable } of this.trained) {
      const value = snapshot.values.get(name);
      if (value) variable.assign(value);
    }
    await this.session.writeParameters();
  }

  optimizerState(): Promise<OptimizerState> {
    return this.session.exportState();
  }

  /** Frees the snapshots that callbacks still hold. For the end of a run that failed. */
  dispose(): void {
    for (const snapshot of this.snapshots) snapshot.dispose();
  }
}
