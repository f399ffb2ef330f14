import * as tf from '@tensorflow/tfjs';
import { expect, it } from '@jest/globals';

import { typeAttribute } from '../../src/c-api/attributes.js';
import { DataType } from '../../src/tensors/data-type.js';
import { describeNative, errorIn, nativeBackend } from '../native.js';

describeNative('a tensor larger than memory', () => {
  it('is an error of its own, after the 10 s in which TensorFlow waits for others to free some', () => {
    const types = [typeAttribute('T', DataType.float32)];
    const error = errorIn(() =>
      nativeBackend().run('Fill', types, [tf.tensor1d([2 ** 24, 2 ** 24], 'int32'), tf.scalar(0)]),
    );
    expect(error).toMatchObject({ code: 'out-of-memory', op: 'Fill' });
    expect(Array.from(tf.tidy(() => tf.add([1, 2], 3).dataSync()))).toEqual([4, 5]);
  });
});
