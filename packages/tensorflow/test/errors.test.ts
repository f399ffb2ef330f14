import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, it } from '@jest/globals';

import { AttributeType, typeAttribute } from '../src/c-api/attributes.js';
import { compile } from '../src/compile/compile.js';
import { DataType } from '../src/tensors/data-type.js';
import { describeNative, errorIn, errorOf, nativeBackend, tensorCount } from './native.js';

const FLOAT = typeAttribute('T', DataType.float32);

describeNative('errors of operations', () => {
  const failing = (
    op: string,
    attributes: Parameters<ReturnType<typeof nativeBackend>['run']>[1],
    inputs: () => tf.Tensor[],
  ) => errorIn(() => nativeBackend().run(op, attributes, inputs()));

  afterEach(() => {
    // whatever went wrong, the next operations go well: eager, and traced from a tensor outside
    expect(Array.from(tf.tidy(() => tf.add([1, 2], 3).dataSync()))).toEqual([4, 5]);
    const outside = tf.tensor1d([2]);
    const twice = compile(() => tf.mul(outside, 2));
    expect(Array.from(tf.tidy(() => twice().dataSync()))).toEqual([4]);
    twice.dispose();
    outside.dispose();
  });

  it('shapes that do not fit', () => {
    const before = tensorCount();
    const error = failing('MatMul', [FLOAT], () => [tf.ones([2, 3]), tf.ones([2, 3])]);
    expect(error).toMatchObject({
      name: 'OpError',
      code: 'invalid-argument',
      op: 'MatMul',
      inputs: ['float32 [2, 3]', 'float32 [2, 3]'],
    });
    expect(error.message).toMatch(/^MatMul\(float32 \[2, 3\], float32 \[2, 3\]\): .*\[2,3\]/);
    expect(tensorCount()).toBe(before);
  });

  it('shapes that do not fit while tracing', () => {
    const compiled = compile((x: tf.Tensor) => nativeBackend().run('MatMul', [FLOAT], [x, x]));
    const error = errorIn(() => compiled(tf.ones([2, 3])));
    expect(error).toMatchObject({ name: 'OpError', code: 'invalid-argument', op: 'MatMul' });
    expect(error.inputs).toEqual(['float32 [2, 3]', 'float32 [2, 3]']);
    expect(compiled.traceCount).toBe(0);
  });

  it('an operation that does not exist', () => {
    expect(failing('NoSuchOp', [], () => [])).toMatchObject({
      code: 'not-found',
      op: 'NoSuchOp',
      inputs: [],
    });
    const compiled = compile(() => nativeBackend().run('NoSuchOp', [], []));
    expect(errorOf(() => compiled())).toMatchObject({ code: 'not-found', op: 'NoSuchOp' });
  });

  it('an attribute that is missing', () => {
    const error = failing('Cast', [typeAttribute('SrcT', DataType.float32)], () => [tf.ones([2])]);
    expect(error).toMatchObject({ name: 'OpError', op: 'Cast', inputs: ['float32 [2]'] });
    expect(error.code).toMatch(/^(invalid-argument|not-found)$/);
  });

  it('an attribute of another type', () => {
    const odd = { name: 'transpose_a', type: AttributeType.string, value: 'yes' };
    const error = failing('MatMul', [FLOAT, odd], () => [tf.ones([2, 2]), tf.ones([2, 2])]);
    expect(error).toMatchObject({ name: 'OpError', op: 'MatMul', code: 'invalid-argument' });
  });

  it('an attribute whose value is not of the type it says', () => {
    const odd = { name: 'transpose_a', type: AttributeType.int, value: 'yes' };
    const error = failing('MatMul', [FLOAT, odd], () => [tf.ones([2, 2]), tf.ones([2, 2])]);
    expect(error).toMatchObject({ name: 'AttributeError', code: 'invalid-attribute' });
    expect(error.message).toContain('transpose_a');
  });

  it('types that do not fit', () => {
    const error = failing('AddV2', [FLOAT], () => [tf.ones([2]), tf.ones([2], 'int32')]);
    expect(error).toMatchObject({ code: 'invalid-argument', inputs: ['float32 [2]', 'int32 [2]'] });
  });

  it('too few inputs', () => {
    expect(failing('AddV2', [FLOAT], () => [tf.ones([2])])).toMatchObject({ name: 'OpError', op: 'AddV2' });
  });

  it('a disposed tensor', () => {
    const { engine } = nativeBackend();
    const id = engine.createTensor([1], DataType.float32, Float32Array.of(1));
    engine.deleteTensor(id);
    for (const use of [
      () => engine.executeOp('Neg', [FLOAT], [id], 1),
      () => engine.tensorDataSync(id),
      () => {
        engine.deleteTensor(id);
      },
    ]) {
      expect(errorOf(use)).toMatchObject({ name: 'BindingError', code: 'unknown-tensor' });
    }
  });

  it('an index out of range, eager and compiled', () => {
    const error = errorIn(() => tf.gather(tf.ones([3, 2]), [5]));
    expect(error).toMatchObject({ code: 'invalid-argument', op: 'GatherV2' });
    expect(error.message).toMatch(/indices\[0\] = 5 is not in \[0, 3\)/);
    const compiled = compile((x: tf.Tensor, at: tf.Tensor1D) => tf.gather(x, at));
    const late = errorIn(() => compiled(tf.ones([3, 2]), tf.tensor1d([5], 'int32')));
    expect(late).toMatchObject({ code: 'invalid-argument', inputs: ['float32 [3, 2]', 'int32 [1]'] });
    expect(late.message).toMatch(/indices\[0\] = 5/);
    expect(
      Array.from(tf.tidy(() => compiled(tf.ones([3, 2]), tf.tensor1d([2], 'int32')).dataSync())),
    ).toEqual([1, 1]);
    compiled.dispose();
  });

  it('leaves the number of tensors as it was', () => {
    const before = tensorCount();
    for (let i = 0; i < 50; i++) {
      failing('MatMul', [FLOAT], () => [tf.ones([2, 3]), tf.ones([2, 3])]);
      failing('NoSuchOp', [], () => []);
    }
    expect(tensorCount()).toBe(before);
  });
});
