import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from '@jest/globals';

import { compile } from '../src/compile/compile.js';
import { describeNative, leavingNothingBehind } from './native.js';

const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

describeNative('compile', () => {
  leavingNothingBehind();

  describe('traces', () => {
    it('once for each combination of shapes, types and plain values', () => {
      let runs = 0;
      const scaled = compile((x: tf.Tensor, factor: number, name?: string) => {
        runs++;
        return name === 'half' ? tf.div(x, 2) : tf.mul(x, factor);
      });
      expect(values(scaled(tf.tensor1d([1, 2]), 3))).toEqual([3, 6]);
      expect(values(scaled(tf.tensor1d([5, 6]), 3))).toEqual([15, 18]);
      expect([runs, scaled.traceCount]).toEqual([1, 1]);
      expect(values(scaled(tf.tensor2d([[5, 6]]), 3))).toEqual([15, 18]); // another shape
      expect(values(scaled(tf.tensor1d([5, 6], 'int32'), 3))).toEqual([15, 18]); // another type
      expect(values(scaled(tf.tensor1d([5, 6]), 4))).toEqual([20, 24]); // another number
      expect(values(scaled(tf.tensor1d([5, 6]), 3, 'half'))).toEqual([2.5, 3]);
      expect(values(scaled(tf.tensor1d([5, 6]), 3, 'whole'))).toEqual([15, 18]);
      expect([runs, scaled.traceCount]).toEqual([6, 6]);
      scaled(tf.tensor1d([0, 0]), 3, 'half');
      scaled(tf.tensor1d([0, 0], 'int32'), 3);
      expect([runs, scaled.traceCount]).toEqual([6, 6]);
      scaled.dispose();
    });

    it('tells plain values apart whatever they contain', () => {
      const count = compile((...words: (string | number)[]) =>
        tf.scalar(
          words.reduce<number>((sum, word) => sum + (typeof word === 'string' ? word.length : 1 / word), 0),
        ),
      );
      expect(values(count('a', 'b'))).toEqual([2]);
      expect(values(count('a string:b'))).toEqual([10]);
      expect(values(count('a" "b'))).toEqual([5]);
      expect(values(count(0))).toEqual([Infinity]);
      expect(values(count(-0))).toEqual([-Infinity]);
      count.dispose();
    });

    it('takes and gives nested containers', () => {
      const compiled = compile(({ x, list }: { x: tf.Tensor; list: [tf.Tensor, number] }) => ({
        sum: tf.add(x, list[0]),
        rest: [{ twice: tf.mul(x, list[1]) }, 'text', 7, true] as const,
      }));
      const input = { x: tf.tensor1d([1, 2]), list: [tf.scalar(10), 2] as [tf.Tensor, number] };
      const { sum, rest } = compiled(input);
      expect(values(sum)).toEqual([11, 12]);
      expect(values(rest[0].twice)).toEqual([2, 4]);
      expect(rest.slice(1)).toEqual(['text', 7, true]);
      compiled.dispose();
    });

    it('gives new tensors, also for inputs, captured tensors and twice the same', () => {
      const outside = tf.tensor1d([7]);
      const compiled = compile((x: tf.Tensor) => {
        const y = tf.add(x, 1);
        return [x, outside, y, y];
      });
      const x = tf.tensor1d([1]);
      const results = compiled(x);
      tf.dispose([x, outside]);
      expect(results.map(values)).toEqual([[1], [7], [2], [2]]);
      results[2].dispose();
      expect(values(results[3])).toEqual([2]);
      compiled.dispose();
    });

    it('may have no inputs, and more than a few results', () => {
      const compiled = compile(() => Array.from({ length: 40 }, (_, i) => tf.scalar(i)));
      expect(compiled().map((x) => values(x)[0])).toEqual(Array.from({ length: 40 }, (_, i) => i));
      compiled.dispose();
    });

    it('of compiled functions inside compiled functions', () => {
      const inner = compile((x: tf.Tensor) => tf.square(x));
      const outer = compile((x: tf.Tensor) => tf.add(inner(x), 1));
      expect(values(outer(tf.tensor1d([3])))).toEqual([10]);
      expect([inner.traceCount, outer.traceCount]).toEqual([0, 1]);
      inner.dispose();
      outer.dispose();
    });

    it('with XLA as well', () => {
      const compiled = compile((x: tf.Tensor) => tf.softmax(tf.matMul(x, x, false, true)), {
        jitCompile: true,
      });
      const x = tf.tensor2d([
        [1, 2],
        [0, -1],
      ]);
      const expected = values(tf.softmax(tf.matMul(x, x, false, true)));
      values(compiled(x)).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i], 5);
      });
      compiled.dispose();
    });
  });

  describe('tensors from outside', () => {
    it('stay as they were, also when the original is disposed', () => {
      const outside = tf.tensor1d([1, 2]);
      const compiled = compile((x: tf.Tensor) => tf.add(x, outside));
      expect(values(compiled(tf.scalar(1)))).toEqual([2, 3]);
      outside.dispose();
      expect(values(compiled(tf.scalar(10)))).toEqual([11, 12]);
      compiled.dispose();
    });

    it('are the same whether TensorFlow has seen them before or not', () => {
      const seen = tf.neg(tf.tensor1d([-5]));
      const compiled = compile((x: tf.Tensor) => tf.mul(tf.add(x, seen), seen));
      expect(values(compiled(tf.scalar(1)))).toEqual([30]);
      compiled.dispose();
    });
  });

  describe('variables', () => {
    it('are read when the function is called', () => {
      const v = tf.variable(tf.tensor1d([1, 2]));
      const compiled = compile((x: tf.Tensor) => tf.mul(v, x));
      expect(values(compiled(tf.scalar(2)))).toEqual([2, 4]);
      v.assign(tf.tensor1d([10, 20]));
      expect(values(compiled(tf.scalar(2)))).toEqual([20, 40]);
      expect(compiled.traceCount).toBe(1);
      compiled.dispose();
      expect(values(v)).toEqual([10, 20]);
    });

    it('are assigned when the function is called', () => {
      const v = tf.variable(tf.scalar(1));
      const compiled = compile((x: tf.Tensor) => {
        const old = tf.mul(v, 1);
        v.assign(tf.add(v, x));
        return [old, tf.mul(v, 1)];
      });
      expect(compiled(tf.scalar(5)).map(values)).toEqual([[1], [6]]);
      expect(values(v)).toEqual([6]);
      expect(compiled(tf.scalar(5)).map(values)).toEqual([[6], [11]]);
      expect(values(v)).toEqual([11]);
      v.assign(tf.scalar(100));
      expect(compiled(tf.scalar(1)).map(values)).toEqual([[100], [101]]);
      compiled.dispose();
      expect(values(v)).toEqual([101]);
    });

    it('are swapped at once', () => {
      const a = tf.variable(tf.scalar(1));
      const b = tf.variable(tf.scalar(2));
      const swap = compile(() => {
        const old = a.clone();
        a.assign(b.clone() as tf.Scalar);
        b.assign(old as tf.Scalar);
        return [];
      });
      swap();
      expect([values(a), values(b)]).toEqual([[2], [1]]);
      swap();
      expect([values(a), values(b)]).toEqual([[1], [2]]);
      swap.dispose();
    });

    it('show a clone that stays as it was', () => {
      const v = tf.variable(tf.tensor1d([1, 2]));
      const step = compile(() => {
        v.assign(tf.add(v, 1));
        return [];
      });
      step();
      const clone = v.clone();
      const view = v.reshape([2, 1]);
      step();
      expect([values(clone), values(view), values(v)]).toEqual([
        [2, 3],
        [2, 3],
        [3, 4],
      ]);
      v.assign(tf.tensor1d([0, 0]));
      step();
      expect([values(clone), values(v)]).toEqual([
        [2, 3],
        [1, 1],
      ]);
      step.dispose();
    });

    it('that are disposed leave the function what they held', () => {
      const v = tf.variable(tf.scalar(3));
      const compiled = compile((x: tf.Tensor) => tf.mul(v, x));
      expect(values(compiled(tf.scalar(2)))).toEqual([6]);
      v.dispose();
      expect(values(compiled(tf.scalar(4)))).toEqual([12]);
      compiled.dispose();
    });

    it('made after the trace do no harm', () => {
      const compiled = compile((x: tf.Tensor) => tf.add(x, 1));
      compiled(tf.scalar(1));
      const late = tf.variable(tf.scalar(5));
      expect(values(compiled(tf.scalar(2)))).toEqual([3]);
      expect(values(late)).toEqual([5]);
      compiled.dispose();
    });

    it.each([
      ['sgd', () => tf.train.sgd(0.1)],
      ['momentum', () => tf.train.momentum(0.1, 0.9)],
      ['adam', () => tf.train.adam(0.1)],
      ['adagrad', () => tf.train.adagrad(0.1)],
      ['rmsprop', () => tf.train.rmsprop(0.1)],
    ])('are trained by %s as they are op by op', (_, newOptimizer) => {
      const x = tf.tensor2d([
        [1, 2],
        [3, -4],
        [0.5, 1],
      ]);
      const y = tf.tensor2d([[1], [-1], [0.5]]);
      const train = (steps: (step: () => tf.Scalar) => void): number[] => {
        const w = tf.variable(tf.tensor2d([[0.3], [-0.2]]));
        const optimizer = newOptimizer();
        const step = (): tf.Scalar =>
          optimizer.minimize(() => tf.losses.meanSquaredError(y, tf.matMul(x, w)), true, [w]) as tf.Scalar;
        step(); // makes the optimiser's own variables
        steps(step);
        const result = values(w);
        optimizer.dispose();
        const { c } = optimizer as { c?: tf.Tensor };
        if (c && !c.isDisposed) c.dispose(); // momentum's `dispose` forgets it
        w.dispose();
        return result;
      };
      const eager = train((step) => {
        for (let i = 0; i < 5; i++) step();
      });
      const compiled = train((step) => {
        const fast = compile(() => step());
        const losses = Array.from({ length: 5 }, () => values(fast())[0]);
        expect(losses[4]).toBeLessThan(losses[0]);
        expect(fast.traceCount).toBe(1);
        fast.dispose();
      });
      compiled.forEach((value, i) => {
        expect(value).toBeCloseTo(eager[i], 5);
      });
    });
  });

  it('takes gradients inside', () => {
    const compiled = compile((x: tf.Tensor) => {
      const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => tf.sum(tf.mul(tf.square(x), x)))(x);
      return [value, grad];
    });
    expect(compiled(tf.tensor1d([1, 2, 3])).map(values)).toEqual([[36], [3, 12, 27]]);
    compiled.dispose();
  });

  it('runs op by op where a gradient is taken through it', () => {
    const compiled = compile((x: tf.Tensor) => tf.square(x));
    expect(values(tf.grad((x) => compiled(x))(tf.tensor1d([3])))).toEqual([6]);
    expect(compiled.traceCount).toBe(0);
  });
});
