import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from '@jest/globals';

import { compile } from '../src/compile/compile.js';
import { describeNative, errorIn, errorOf, leavingNothingBehind, startNative } from './native.js';

const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

describeNative('compile, with functions that it cannot serve', () => {
  leavingNothingBehind();

  describe('refuses', () => {
    it.each([
      ['dataSync', (x: tf.Tensor) => x.dataSync()],
      ['arraySync', (x: tf.Tensor) => x.arraySync()],
      [
        'print',
        (x: tf.Tensor) => {
          x.print();
        },
      ],
      ['bytesSync of a result', (x: tf.Tensor) => tf.add(x, 1).dataSync()],
    ])('to read values: %s', (_, read) => {
      const compiled = compile((x: tf.Tensor) => {
        read(x);
        return x;
      });
      const error = errorIn(() => compiled(tf.tensor1d([1, 2])));
      expect(error).toMatchObject({ name: 'TraceError', code: 'value-read' });
      expect(error.message).toMatch(/compile-refuses\.test\.ts:\d+:\d+/);
      expect(error.message).toContain('float32 [2]');
      expect(values(compile((x: tf.Tensor) => tf.add(x, 1))(tf.scalar(1)))).toEqual([2]);
    });

    it('to name another call than the one that reads', () => {
      const compiled = compile((x: tf.Tensor) => {
        x.arraySync();
        return x;
      });
      expect(errorIn(() => compiled(tf.tensor1d([1]))).message).toMatch(/^\S*arraySync/);
    });

    it('shapes that depend on values', () => {
      const compiled = compile((x: tf.Tensor) => tf.unique(x).values);
      expect(errorIn(() => compiled(tf.tensor1d([1, 1])))).toMatchObject({ code: 'unknown-shape' });
    });

    it('variables made inside, and disposes them', () => {
      const compiled = compile((x: tf.Tensor) => tf.add(tf.variable(tf.scalar(1), true, 'inside'), x));
      const error = errorIn(() => compiled(tf.scalar(1)));
      expect(error).toMatchObject({ code: 'variable-created' });
      expect(error.message).toContain('inside');
      expect(Object.keys(tf.engine().registeredVariables)).not.toContain('inside');
    });

    it('an optimiser whose own variables are not there yet', () => {
      const w = tf.variable(tf.scalar(1));
      const optimizer = tf.train.adam(0.1);
      const compiled = compile(() => {
        optimizer.minimize(() => tf.square(w), false, [w]);
        return [];
      });
      expect(errorIn(() => compiled())).toMatchObject({ code: 'variable-created' });
      expect(values(w)).toEqual([1]);
      optimizer.dispose();
    });

    it('a traced tensor kept outside', () => {
      let kept: tf.Tensor | undefined;
      const compiled = compile((x: tf.Tensor) => {
        kept = tf.keep(tf.add(x, 1));
        return kept;
      });
      expect(values(compiled(tf.scalar(1)))).toEqual([2]);
      expect(errorIn(() => tf.add(kept as tf.Tensor, 1))).toMatchObject({ code: 'stale-value' });
      expect(errorIn(() => kept?.dataSync())).toMatchObject({ code: 'stale-value' });
      const other = compile((x: tf.Tensor) => tf.add(x, kept as tf.Tensor));
      expect(errorIn(() => other(tf.scalar(1)))).toMatchObject({ code: 'stale-value' });
      kept?.dispose();
      compiled.dispose();
    });

    it('an async function, without a rejection that nobody handles', async () => {
      const unhandled: unknown[] = [];
      const listener = (reason: unknown): void => {
        unhandled.push(reason);
      };
      process.on('unhandledRejection', listener);
      const fn = async (x: tf.Tensor): Promise<tf.Tensor> => {
        await x.data();
        return tf.add(x, 1);
      };
      const compiled = compile(fn as unknown as (x: tf.Tensor) => tf.Tensor);
      const error = errorOf(() => compiled(tf.scalar(1)));
      expect(error).toMatchObject({ name: 'TraceError', code: 'invalid-result' });
      expect(error.message).toMatch(/async|promise/i);
      await new Promise((resolve) => setTimeout(resolve, 20));
      process.off('unhandledRejection', listener);
      expect(unhandled).toEqual([]);
    });

    it('results that are no tensors', () => {
      const compiled = compile((() => [new Map()]) as unknown as () => tf.Tensor[]);
      const error = errorIn(() => compiled());
      expect(error).toMatchObject({ code: 'invalid-result' });
      expect(error.message).toContain('Map');
      expect(errorIn(() => compile((() => () => 1) as unknown as () => tf.Tensor)())).toMatchObject({
        code: 'invalid-result',
      });
    });

    it('calls after dispose', () => {
      const compiled = compile((x: tf.Tensor) => tf.add(x, 1));
      compiled(tf.scalar(1));
      compiled.dispose();
      compiled.dispose();
      expect(compiled.traceCount).toBe(0);
      expect(errorIn(() => compiled(tf.scalar(1)))).toMatchObject({ code: 'disposed' });
    });
  });

  it('leaves everything as it was when the function throws', () => {
    const v = tf.variable(tf.scalar(1));
    let fail = true;
    const compiled = compile((x: tf.Tensor) => {
      v.assign(tf.add(v, x));
      if (fail) throw new RangeError('mine');
      return tf.mul(v, 1);
    });
    expect(errorIn(() => compiled(tf.scalar(5)))).toMatchObject({ name: 'RangeError', message: 'mine' });
    expect(values(v)).toEqual([1]);
    expect(values(tf.add(v, 1))).toEqual([2]);
    fail = false;
    expect(values(compiled(tf.scalar(5)))).toEqual([6]);
    expect(values(v)).toEqual([6]);
    compiled.dispose();
  });

  it('leaves variables as they were when the call fails', () => {
    const v = tf.variable(tf.tensor1d([1, 2]));
    const compiled = compile((at: tf.Tensor1D) => {
      v.assign(tf.gather(v, at));
      return [];
    });
    expect(errorIn(() => compiled(tf.tensor1d([0, 9], 'int32')))).toMatchObject({ code: 'invalid-argument' });
    expect(values(v)).toEqual([1, 2]);
    compiled(tf.tensor1d([1, 0], 'int32'));
    expect(values(v)).toEqual([2, 1]);
    compiled.dispose();
  });

  it('runs as it is on another backend', async () => {
    let runs = 0;
    const compiled = compile((x: tf.Tensor) => {
      runs++;
      return { sum: tf.sum(x), text: 'a' };
    });
    await tf.setBackend('cpu');
    const x = tf.tensor1d([1, 2]);
    expect([1, 2].map(() => values(compiled(x).sum)[0])).toEqual([3, 3]);
    expect([runs, compiled.traceCount]).toEqual([2, 0]);
    await startNative();
    expect(values(compiled(tf.tensor1d([4, 5])).sum)).toEqual([9]);
    expect(compiled.traceCount).toBe(1);
    compiled.dispose();
  });
});
