import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  adamW,
  applyUpdate,
  compile,
  type Optimizer,
  OptimizerSlots,
  sgd,
  slotNames,
  updateNumbers,
  updateRule,
} from '../src/index.js';
import { sentenceData, sentences, SmallClassifier } from './logistic.js';

/** What the tests watch of the WebAssembly backend. */
interface Watched {
  wasm: { _malloc(bytes: number): number };
  makeOutput(...args: unknown[]): tf.TensorInfo;
  dataIdMap: { has(dataId: tf.DataId): boolean };
}
const watched = (): Watched => tf.backend() as unknown as Watched;

const optimizers: [string, Optimizer][] = [
  ['adamW', adamW({ learningRate: 0.1 })],
  ['sgd', sgd({ learningRate: 0.1, momentum: 0.9 })],
];

/** A parameter before its first update, on the active backend. */
function makeUpdate(optimizer: Optimizer) {
  const variable = tf.tidy(() => tf.variable(tf.tensor1d([1, -2, 3])));
  const slots = new OptimizerSlots(slotNames(updateRule(optimizer)), [['weight', variable]]).of('weight');
  const gradient = tf.tensor1d([0.5, 0.25, -1]);
  return { variable, gradient, slots, weightDecay: 0.1 };
}

const valuesOf = ({ variable, slots }: ReturnType<typeof makeUpdate>): number[][] =>
  [variable, ...slots.values()].map((tensor) => [...tensor.dataSync()]);

describe.each(optimizers)('an update of %s in the heap', (_, optimizer) => {
  const rule = updateRule(optimizer);
  const numbers = updateNumbers(optimizer, 1, 0.1);
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('throws before it writes when there is no room', () => {
    const update = makeUpdate(optimizer);
    const before = valuesOf(update);
    const tensors = tf.memory().numTensors;
    jest.spyOn(watched().wasm, '_malloc').mockReturnValueOnce(0);
    expect(() => applyUpdate(rule, update, numbers)).toThrow(
      expect.objectContaining({
        code: 'out-of-memory',
        message: expect.stringMatching(/no room to update variable .* of shape \[3\]$/),
      }),
    );
    expect(valuesOf(update)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
    applyUpdate(rule, update, numbers);
    expect(valuesOf(update)).not.toEqual(before);
  });

  it('moves tensors of another backend before it allocates', async () => {
    await tf.setBackend('cpu');
    const reference = makeUpdate(optimizer);
    applyUpdate(rule, reference, numbers);
    const expected = valuesOf(reference);
    const update = makeUpdate(optimizer);

    await tf.setBackend('wasm');
    const backend = watched();
    const here: boolean[] = [];
    const makeOutput = backend.makeOutput.bind(backend);
    jest.spyOn(backend, 'makeOutput').mockImplementation((...args) => {
      for (const tensor of [update.variable, update.gradient, ...update.slots.values()]) {
        here.push(backend.dataIdMap.has(tensor.dataId));
      }
      return makeOutput(...args);
    });
    applyUpdate(rule, update, numbers);
    expect(here).toEqual(Array.from({ length: 2 + update.slots.size }, () => true));
    for (const [i, values] of valuesOf(update).entries()) {
      for (const [j, value] of values.entries()) expect(value).toBeCloseTo(expected[i][j], 6);
    }
  });
});

describe.each(['cpu', 'wasm'])('a failed update on %s', (backend) => {
  it('does not count', async () => {
    await tf.setBackend(backend);
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: adamW() });
    const data = sentenceData(sentences(20));
    const last = model.parameters.get('classifier.bias') as tf.Variable;
    const assign = last.assign.bind(last);
    last.assign = () => {
      throw new Error('no room');
    };
    await expect(compiled.fit(data)).rejects.toThrow('no room');
    expect((await compiled.exportOptimizerState()).iterations).toBe(0);
    last.assign = assign;
    await compiled.fit(data);
    expect((await compiled.exportOptimizerState()).iterations).toBe(1);
  });
});
