import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { Bert } from '../src/bert.js';
import { createBertConfig } from '../src/config.js';
import { nameHash, type TrainingRun } from '../src/dropout-stream.js';
import { philoxWords } from '../src/philox.js';

const KERNEL = 'KeepMask';
const [SEED, STEP, MICRO_BATCH] = [0xfffffff1, 7, 2];

const config = createBertConfig({
  vocabSize: 50,
  hiddenSize: 16,
  numHeads: 2,
  numLayers: 1,
  intermediateSize: 32,
  maxPosition: 12,
  hiddenDropout: 0.25,
  attentionDropout: 0.375,
});

interface Call {
  readonly run: readonly number[];
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly rate: number;
  readonly site: number;
}

/** A kernel as a backend would bring it, on the cpu backend: what it was asked is added to `calls`. */
function registerFakeKernel(calls: Call[]): void {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { shape, rate, site } = attrs as unknown as { shape: number[]; rate: number; site: number };
      const { run } = inputs as { run: tf.TensorInfo };
      const cpu = backend as {
        readSync(id: tf.DataId): Int32Array;
        makeTensorInfo(shape: number[], dtype: tf.DataType, values: Uint8Array): tf.TensorInfo;
      };
      const [seed, step, microBatch] = cpu.readSync(run.dataId);
      calls.push({ run: [seed, step, microBatch], dtype: run.dtype, shape, rate, site });
      const words = new Uint32Array(tf.util.sizeFromShape(shape));
      philoxWords(words, { key: [seed >>> 0, microBatch >>> 0], counterHigh: [step >>> 0, site] });
      const keep = Uint8Array.from(words, (word) => ((word & 0x7fffff) / 2 ** 23 >= rate ? 1 : 0));
      return cpu.makeTensorInfo(shape, 'bool', keep);
    },
  });
}

/** As the engine gives it while tracing: only the tensor may be read. */
function tracedRun(onDevice: tf.Tensor1D): TrainingRun {
  const refuse = (): never => {
    throw new Error('a number of the run was read');
  };
  return Object.defineProperties({ onDevice } as unknown as TrainingRun, {
    seed: { get: refuse },
    step: { get: refuse },
    microBatch: { get: refuse },
  });
}

describe('masks drawn on the device', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });
  afterEach(() => {
    if (tf.getKernelsForBackend('cpu').some(({ kernelName }) => kernelName === KERNEL)) {
      tf.unregisterKernel(KERNEL, 'cpu');
    }
  });

  /** Loss and all gradients of one step. */
  function step(run: TrainingRun): number[] {
    const bert = Bert.fromConfig(config, { seed: 3 });
    const values = tf.tidy(() => {
      const inputIds = tf.tensor2d([[2, 7, 9, 3, 5]], undefined, 'int32');
      const inputs = {
        inputIds,
        attentionMask: tf.onesLike(inputIds),
        tokenTypeIds: tf.zerosLike(inputIds),
      };
      const { value, grads } = tf.variableGrads(
        () => tf.sum(tf.square(bert.encode(inputs, { run }).pooledOutput as tf.Tensor)) as tf.Scalar,
      );
      return [value, ...Object.values(grads)].flatMap((tensor) => [...tensor.dataSync()]);
    });
    bert.dispose();
    return values;
  }

  const numbers = { seed: SEED, step: STEP, microBatch: MICRO_BATCH };
  const bits = [SEED | 0, STEP, MICRO_BATCH];

  it('are asked for by site, and train the same to the last bit', () => {
    const expected = step(numbers);
    const calls: Call[] = [];
    registerFakeKernel(calls);
    const onDevice = tf.tensor1d(bits, 'int32');
    const before = tf.memory().numTensors;
    expect(step(tracedRun(onDevice))).toEqual(expected);
    expect(tf.memory().numTensors).toBe(before);
    const call = (shape: number[], rate: number, site: string): Call => ({
      run: bits,
      dtype: 'int32',
      shape,
      rate,
      site: nameHash(site),
    });
    expect(calls).toEqual([
      call([5, 16], 0.25, 'embeddings'),
      call([2, 5, 5], 0.375, 'encoder.layer.0.attention.self'),
      call([5, 16], 0.25, 'encoder.layer.0.attention.output'),
      call([5, 16], 0.25, 'encoder.layer.0.output'),
    ]);
    onDevice.dispose();
  });

  it('take the numbers of a run without tensor, and leave none behind', () => {
    const calls: Call[] = [];
    const expected = step(numbers);
    registerFakeKernel(calls);
    const before = tf.memory().numTensors;
    expect(step(numbers)).toEqual(expected);
    expect(tf.memory().numTensors).toBe(before);
    expect(calls.map(({ run }) => run)).toEqual([bits, bits, bits, bits]);
  });

  it('are drawn from the numbers where there is no such kernel, tensor or not', () => {
    const expected = step(numbers);
    const onDevice = tf.tensor1d([1, 2, 3], 'int32');
    expect(step({ ...numbers, onDevice })).toEqual(expected);
    onDevice.dispose();
  });

  it('an error while tracing comes through as it is, although no id can be read', () => {
    const bert = Bert.fromConfig(config);
    const inputIds = tf.tensor2d([[2, 7]], undefined, 'int32');
    const inputs = { inputIds, attentionMask: tf.onesLike(inputIds), tokenTypeIds: tf.zerosLike(inputIds) };
    inputIds.dataSync = () => {
      throw new Error('dataSync: the value does not exist yet');
    };
    expect(() => bert.encode(inputs, { run: tracedRun(tf.tensor1d(bits, 'int32')) })).toThrow(
      'a number of the run was read',
    );
    bert.dispose();
    tf.dispose(inputs);
  });
});
