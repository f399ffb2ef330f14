import { dropoutStream } from '@bertune/bert';
import { compile } from '@bertune/tensorflow';
import { expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { describeNative } from './native.js';

/** Philox4x32-10 after the paper, with 64-bit integers: shares nothing with the package's own. */
function philoxWord(index: number, key: readonly number[], high: readonly number[]): number {
  const M32 = 0xffffffffn;
  let [c0, c1, c2, c3] = [BigInt(index >>> 2), 0n, BigInt(high[0]), BigInt(high[1])];
  let [k0, k1] = [BigInt(key[0]), BigInt(key[1])];
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & M32, (p0 >> 32n) ^ c3 ^ k1, p0 & M32];
    k0 = (k0 + 0x9e3779b9n) & M32;
    k1 = (k1 + 0xbb67ae85n) & M32;
  }
  return Number([c0, c1, c2, c3][index & 3]);
}

const CASES = [
  { shape: [4], rate: 0.1, seed: 1, step: 0, microBatch: 0 },
  { shape: [3, 5, 7], rate: 0.5, seed: 42, step: 3, microBatch: 0 },
  { shape: [1], rate: 0.9, seed: 0, step: 0, microBatch: 0 },
  { shape: [2, 3, 11], rate: 0.1, seed: 0x80000000, step: 7, microBatch: 2 },
  { shape: [1023], rate: 0.25, seed: 0xffffffff, step: 123_456, microBatch: 15 },
  { shape: [70_001], rate: 0.1, seed: 0xdeadbeef, step: 1, microBatch: 1 },
  { shape: [257, 513], rate: 1 / 3, seed: 2 ** 31 + 1, step: 2, microBatch: 0 },
] as const;

describeNative('dropout masks of the native backend', () => {
  it.each(CASES)('are those of the other backends: $shape, rate $rate, seed $seed', (test) => {
    const { rate, seed, step, microBatch } = test;
    const shape = [...test.shape];
    const site = 'encoder.layer.3.attention.self';
    const { key, counterHigh } = dropoutStream({ seed, step, microBatch }, site);
    const size = tf.util.sizeFromShape(shape);
    const threshold = Math.fround(rate);
    const sampled = size > 5000 ? 37 : 1; // the reference is slow
    const run = tf.tensor1d(Int32Array.of(seed, step, microBatch), 'int32');
    const mask = (bits: tf.Tensor): tf.Tensor =>
      tf.engine().runKernel('KeepMask', { run: bits }, { shape, rate, site: counterHigh[1] });
    const compiled = compile(mask);
    for (const tensor of [mask(run), compiled(run)]) {
      expect(tensor.dtype).toBe('bool');
      expect(tensor.shape).toEqual(shape);
      const kept = Array.from(tensor.dataSync());
      const wrong = [];
      for (let i = 0; i < size; i += sampled) {
        const word = philoxWord(i, key, counterHigh);
        if (kept[i] !== ((word & 0x7fffff) / 2 ** 23 >= threshold ? 1 : 0)) wrong.push(i);
      }
      expect(wrong).toEqual([]);
      const share = kept.reduce((sum, value) => sum + value, 0) / size;
      if (size > 1000)
        expect(Math.abs(share - (1 - rate))).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / size));
      tensor.dispose();
    }
    compiled.dispose();
    run.dispose();
  });

  it('serve all steps from one trace', () => {
    const compiled = compile((run: tf.Tensor) =>
      tf.engine().runKernel<tf.Tensor>('KeepMask', { run }, { shape: [64], rate: 0.5, site: 9 }),
    );
    const masks = [0, 1, 0].map((step) =>
      tf.tidy(() =>
        compiled(tf.tensor1d([5, step, 0], 'int32'))
          .dataSync()
          .join(''),
      ),
    );
    expect(masks[0]).not.toBe(masks[1]);
    expect(masks[2]).toBe(masks[0]);
    expect(compiled.traceCount).toBe(1);
    compiled.dispose();
  });
});
