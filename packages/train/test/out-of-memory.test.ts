import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import {
  adamW,
  compile,
  EagerExecutor,
  type StepRequest,
  type StepResult,
  type TrainError,
  type TrainingRequest,
  type TrainingSession,
} from '../src/index.js';
import { sentenceData, sentences, SmallClassifier } from './logistic.js';

/** Runs steps eagerly and has no memory for those it is told. */
class SmallMemory extends EagerExecutor {
  constructor(
    private readonly fullAt: number,
    private readonly bytes?: number,
  ) {
    super();
  }

  override startTraining<Batch extends object>(request: TrainingRequest<Batch>): TrainingSession<Batch> {
    const session = super.startTraining(request);
    const trainStep = session.trainStep.bind(session);
    session.trainStep = (step: StepRequest<Batch>): Promise<StepResult> =>
      step.step === this.fullAt ? Promise.reject(this.full()) : trainStep(step);
    return session;
  }

  override predict(): Promise<never> {
    return Promise.reject(this.full());
  }

  private full(): Error {
    const error = new Error('MatMul: no room for [4, 8] of float32.');
    return Object.assign(error, { code: 'out-of-memory', bytes: this.bytes });
  }
}

const data = sentenceData(sentences(12));

describe('an executor without memory', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('ends the run with the step, the shapes, the need, and what to lower', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: adamW(), executor: new SmallMemory(2, 3.24e9) });
    const before = tf.memory().numTensors;
    let last = model.snapshot();
    const error = await compiled
      .fit(data, {
        batchSize: 4,
        groupByLength: false,
        callbacks: [{ onTrainBatchEnd: () => void (last = model.snapshot()) }],
      })
      .catch((reason: unknown) => reason as TrainError);
    expect(error).toMatchObject({
      code: 'out-of-memory',
      details: { step: 2, bytes: 3.24e9, shapes: [{ values: [4, expect.any(Number)], labels: [4] }] },
      cause: { code: 'out-of-memory' },
    });
    expect((error as TrainError).message).toMatch(
      /^Step 2 needs about 3\.2 GB of memory for a batch of values \[4, \d+\], mask .*labels \[4\]: MatMul: no room for \[4, 8\] of float32\. Lower the batch size .* longest input.*recompute/,
    );
    expect(model.snapshot()).toEqual(last);
    expect((await compiled.exportOptimizerState()).iterations).toBe(2);
    expect(tf.memory().numTensors).toBe(before + 8); // the optimiser's slots
    compiled.dispose();
  });

  it('says so in a prediction, and names the largest of several micro-batches', async () => {
    const compiled = compile(new SmallClassifier(), { optimizer: adamW(), executor: new SmallMemory(0) });
    await expect(compiled.predict(data)).rejects.toThrow(
      /^predict needs more memory than there is for a batch of values \[12, \d+\]/,
    );
    const fit = { batchSize: 5, gradientAccumulationSteps: 3, groupByLength: false };
    await expect(compiled.fit(data, fit)).rejects.toThrow(/3 micro-batches, the largest of values \[5, /);
    compiled.dispose();
  });
});
