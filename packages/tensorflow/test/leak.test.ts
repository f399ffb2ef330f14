import * as tf from '@tensorflow/tfjs';
import { expect, it } from '@jest/globals';

import { typeAttribute } from '../src/c-api/attributes.js';
import { compile } from '../src/compile/compile.js';
import { DataType } from '../src/tensors/data-type.js';
import { describeNative, errorOf, nativeBackend, residentMegabytes, tensorCount } from './native.js';

/**
 * Nothing piles up. Each part is run once to warm up, then again; had each of the second run's calls left its tensor of
 * 3 or 4 KB behind, memory would have grown by more than is allowed, and would again at every further run. An allocator
 * that keeps pages for later grows too, but not each time: one run of three that stays flat is enough.
 */
const ALLOWED_MEGABYTES = 24;
const RUNS = 3;

function expectFlat(rounds: number, work: () => void): void {
  for (let i = 0; i < Math.ceil(rounds / 5); i++) work();
  const growths: number[] = [];
  while (growths.length < RUNS && !growths.some((growth) => growth < ALLOWED_MEGABYTES)) {
    const [tensors, known, resident] = [tensorCount(), tf.memory().numTensors, residentMegabytes()];
    for (let i = 0; i < rounds; i++) work();
    expect([tensorCount(), tf.memory().numTensors]).toEqual([tensors, known]);
    growths.push(residentMegabytes() - resident);
  }
  expect(Math.min(...growths)).toBeLessThan(ALLOWED_MEGABYTES);
}

describeNative('memory stays as it is', () => {
  it('over 100,000 operations', () => {
    const { engine } = nativeBackend();
    const a = tf.ones([32, 32]);
    const id = nativeBackend().idOf(a.dataId);
    const attributes = [typeAttribute('T', DataType.float32)];
    expectFlat(90_000, () => {
      const [{ id: sum }] = engine.executeOp('AddV2', attributes, [id, id], 1);
      engine.deleteTensor(sum);
    });
    expectFlat(10_000, () => {
      tf.add(a, a).dispose();
    });
    a.dispose();
  });

  it('over 20,000 tensors made and read, strings among them', () => {
    const values = new Float32Array(1024).fill(1);
    const { engine } = nativeBackend();
    const texts = [Uint8Array.from(Buffer.from('x'.repeat(3000))), Uint8Array.of(1)];
    expectFlat(10_000, () => {
      const numbers = engine.createTensor([1024], DataType.float32, values);
      const strings = engine.createTensor([2], DataType.string, texts);
      engine.tensorDataSync(numbers);
      engine.tensorDataSync(strings);
      engine.deleteTensor(numbers);
      engine.deleteTensor(strings);
    });
  });

  it('over 10,000 operations that fail', () => {
    const { engine } = nativeBackend();
    const a = engine.createTensor([16, 64], DataType.float32, new Float32Array(1024));
    const attributes = [typeAttribute('T', DataType.float32)];
    expectFlat(10_000, () => {
      errorOf(() => engine.executeOp('MatMul', attributes, [a, a], 1));
    });
    engine.deleteTensor(a);
  });

  it('over 2,000 calls of a compiled function that assigns a variable', () => {
    const v = tf.variable(tf.zeros([32, 32]));
    const compiled = compile((x: tf.Tensor) => {
      v.assign(tf.add(v, x));
      return tf.matMul(v, v);
    });
    const x = tf.ones([32, 32]);
    expectFlat(2_000, () => {
      compiled(x).dispose();
    });
    expect(v.dataSync()[0]).toBe(2_400);
    compiled.dispose();
    tf.dispose([v, x]);
  });

  it('over 200 traces made and disposed', () => {
    const outside = tf.ones([256, 256]);
    const v = tf.variable(tf.ones([4]));
    const x = tf.ones([4]);
    expectFlat(200, () => {
      const compiled = compile((x: tf.Tensor) =>
        tf.grad((x) => tf.sum(tf.mul(tf.square(x), tf.add(v, tf.max(outside)))))(x),
      );
      compiled(x).dispose();
      compiled.dispose();
    });
    tf.dispose([outside, v, x]);
  });

  it('over 300 traces that fail', () => {
    const x = tf.ones([16, 64]);
    expectFlat(300, () => {
      const compiled = compile((x: tf.Tensor) => {
        const constant = tf.ones([64, 64]);
        tf.matMul(x, constant).dataSync();
        return x;
      });
      errorOf(() => compiled(x));
    });
    x.dispose();
  });
});
