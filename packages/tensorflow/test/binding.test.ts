import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from '@jest/globals';

import { typeAttribute } from '../src/c-api/attributes.js';
import { DataType } from '../src/tensors/data-type.js';
import { describeNative, nativeBackend, nativeLibrary, tensorCount } from './native.js';

const engine = () => nativeBackend().engine;

function roundTrip(shape: number[], dtype: number, values: ArrayBufferView | Uint8Array[]): unknown {
  const id = engine().createTensor(shape, dtype, values);
  try {
    return engine().tensorDataSync(id);
  } finally {
    engine().deleteTensor(id);
  }
}

function castOnDevice(x: tf.Tensor, from: number, to: number): tf.Tensor {
  return nativeBackend().run('Cast', [typeAttribute('SrcT', from), typeAttribute('DstT', to)], [x]);
}

describeNative('the binding', () => {
  it('has the constants of TFJSBinding, as TensorFlow numbers its types', () => {
    expect(engine()).toMatchObject({
      TF_FLOAT: 1,
      TF_INT32: 3,
      TF_UINT8: 4,
      TF_STRING: 7,
      TF_COMPLEX64: 8,
      TF_INT64: 9,
      TF_BOOL: 10,
      TF_RESOURCE: 20,
    });
    const kinds = ['STRING', 'INT', 'FLOAT', 'BOOL', 'TYPE', 'SHAPE', 'RESOURCE'] as const;
    expect(new Set(kinds.map((kind) => engine()[`TF_ATTR_${kind}`])).size).toBe(kinds.length);
    expect(engine().TF_Version).toMatch(/^\d+\.\d+\.\d+/);
    if (nativeLibrary?.version) expect(engine().TF_Version).toBe(nativeLibrary.version);
    if (!nativeLibrary?.cuda) expect(engine().isUsingGpuDevice()).toBe(false);
    expect(engine().getNumOfSavedModels()).toBe(0);
  });

  describe('tensors come back as they went', () => {
    it.each([
      ['float32', DataType.float32, Float32Array.of(1.5, -0, NaN, Infinity, 1e-45, 3.4e38)],
      ['int32', DataType.int32, Int32Array.of(0, -1, 2 ** 31 - 1, -(2 ** 31), 7, 8)],
      ['uint8', DataType.uint8, Uint8Array.of(0, 1, 127, 128, 254, 255)],
      ['bool', DataType.bool, Uint8Array.of(0, 1, 1, 0, 0, 1)],
      ['float64', DataType.float64, Float64Array.of(Math.PI, -0, NaN, 1e300, 0, 1)],
      ['int64', DataType.int64, BigInt64Array.of(0n, -1n, 2n ** 62n, -(2n ** 63n), 5n, 6n)],
      ['int16', DataType.int16, Int16Array.of(-32768, 32767, 0, 1, 2, 3)],
      ['int8', DataType.int8, Int8Array.of(-128, 127, 0, 1, 2, 3)],
      ['uint16', DataType.uint16, Uint16Array.of(65535, 0, 1, 2, 3, 4)],
      ['uint32', DataType.uint32, Uint32Array.of(2 ** 32 - 1, 0, 1, 2, 3, 4)],
      ['uint64', DataType.uint64, BigUint64Array.of(2n ** 64n - 1n, 0n, 1n, 2n, 3n, 4n)],
    ])('%s', (_, dtype, values) => {
      const before = tensorCount();
      expect(roundTrip([2, 3], dtype, values)).toEqual(values);
      expect(tensorCount()).toBe(before);
    });

    it('complex64, real and imaginary parts in turn', () => {
      expect(roundTrip([2], DataType.complex64, Float32Array.of(1, 2, 3, 4))).toEqual(
        Float32Array.of(1, 2, 3, 4),
      );
    });

    it('int64 from the halves of an Int64Scalar', () => {
      expect(roundTrip([], DataType.int64, Int32Array.of(-3, -1))).toEqual(BigInt64Array.of(-3n));
    });

    it('strings: Unicode, empty, with NUL, short, long, 1 MB', () => {
      const texts = ['', 'a', 'ü日本🙂', 'a\0b', '\0', 'x'.repeat(23), 'y'.repeat(24), 'z'.repeat(2 ** 20)];
      const bytes = texts.map((text) => Uint8Array.from(Buffer.from(text)));
      expect(roundTrip([2, 4], DataType.string, bytes)).toEqual(bytes);
      const tensor = tf.tensor2d(texts, [2, 4], 'string');
      const copy = tf.concat([tensor], 0);
      expect(copy.dataSync()).toEqual(texts);
      tf.dispose([tensor, copy]);
    });

    it('bytes that are no text', () => {
      const bytes = [Uint8Array.of(0xff, 0xfe, 0), Uint8Array.of(0xc0)];
      expect(roundTrip([2], DataType.string, bytes)).toEqual(bytes);
    });

    it('nothing, scalars and rank 6', () => {
      expect(roundTrip([0, 3], DataType.float32, new Float32Array(0))).toEqual(new Float32Array(0));
      expect(roundTrip([0], DataType.string, [])).toEqual([]);
      expect(roundTrip([], DataType.float32, Float32Array.of(7))).toEqual(Float32Array.of(7));
      const values = Float32Array.from({ length: 64 }, (_, i) => i);
      expect(roundTrip([2, 2, 2, 2, 2, 2], DataType.float32, values)).toEqual(values);
    });

    it('part of a larger buffer', () => {
      const whole = Float32Array.of(0, 1, 2, 3, 4, 5);
      expect(roundTrip([2], DataType.float32, whole.subarray(2, 4))).toEqual(Float32Array.of(2, 3));
    });
  });

  it('does not see what happens to the array afterwards', () => {
    const values = Float32Array.of(1, 2, 3);
    const id = engine().createTensor([3], DataType.float32, values);
    values.fill(9);
    expect(engine().tensorDataSync(id)).toEqual(Float32Array.of(1, 2, 3));
    engine().tensorDataSync(id).fill(5);
    expect(engine().tensorDataSync(id)).toEqual(Float32Array.of(1, 2, 3));
    engine().deleteTensor(id);
  });

  it('refuses values that are not as many as the shape has elements', () => {
    const before = tensorCount();
    expect(() => engine().createTensor([2, 2], DataType.float32, new Float32Array(3))).toThrow(
      expect.objectContaining({ code: 'wrong-size' }),
    );
    expect(() => engine().createTensor([3], DataType.string, [Uint8Array.of(1)])).toThrow(
      expect.objectContaining({ code: 'wrong-size' }),
    );
    expect(tensorCount()).toBe(before);
  });

  describe('types that TensorFlow.js has no name for', () => {
    it('bfloat16 stays on the device, counts as float32 and reads as float32', () => {
      const result = tf.tidy(() => {
        const x = castOnDevice(
          tf.tensor2d([1, 2.00390625, 3, -4], [2, 2]),
          DataType.float32,
          DataType.bfloat16,
        );
        expect(x.dtype).toBe('float32');
        expect(nativeBackend().entryOf(x).dtype).toBe(DataType.bfloat16);
        expect(Array.from(x.dataSync())).toEqual([1, 2, 3, -4]); // 8 bits of precision
        const product = nativeBackend().run('MatMul', [typeAttribute('T', DataType.bfloat16)], [x, x]);
        expect(nativeBackend().entryOf(product).dtype).toBe(DataType.bfloat16);
        return Array.from(castOnDevice(product, DataType.bfloat16, DataType.float32).dataSync());
      });
      expect(result).toEqual([7, -6, -9, 22]);
    });

    it('float16 stays on the device and comes back by a cast', () => {
      const result = tf.tidy(() => {
        const x = castOnDevice(tf.tensor1d([1, 65504, 2 ** -24]), DataType.float32, DataType.float16);
        expect(nativeBackend().entryOf(x).dtype).toBe(DataType.float16);
        return Array.from(castOnDevice(x, DataType.float16, DataType.float32).dataSync());
      });
      expect(result).toEqual([1, 65504, 2 ** -24]);
    });

    it('float64 and int64 as well', () => {
      tf.tidy(() => {
        const double = castOnDevice(tf.tensor1d([0.5]), DataType.float32, DataType.float64);
        expect(double.dtype).toBe('float32');
        expect(double.dataSync()).toEqual(Float64Array.of(0.5));
        const long = castOnDevice(tf.tensor1d([-7], 'int32'), DataType.int32, DataType.int64);
        expect(long.dtype).toBe('int32');
        expect(long.dataSync()).toEqual(BigInt64Array.of(-7n));
      });
    });
  });

  it('frees Int64Scalars after use, and leaves them to the caller who numbers them', () => {
    const before = tensorCount();
    const scalar = { dtype: 'int64', shape: [], valueArray: Int32Array.of(3, 0) } as never;
    const attributes = [typeAttribute('T', DataType.int64)];
    const [sum] = nativeBackend().executeMultipleOutputs('AddV2', attributes, [scalar, scalar], 1);
    expect(sum.dataSync()).toEqual(BigInt64Array.of(6n));
    expect(tensorCount()).toBe(before + 1);
    sum.dispose();
    const [id] = nativeBackend().getInputTensorIds([scalar]);
    engine().deleteTensor(id);
    expect(tensorCount()).toBe(before);
  });

  it('runs operations with more outputs than most', () => {
    const values = Int32Array.from({ length: 100 }, (_, i) => i);
    const parts = tf.unstack(tf.tensor1d(values, 'int32'));
    expect(parts).toHaveLength(100);
    expect(parts[99].dataSync()[0]).toBe(99);
    tf.dispose(parts);
  });

  it('reads variables of TensorFlow, and frees them with their last user', () => {
    const before = tensorCount();
    const { variables } = engine();
    const value = engine().createTensor([2], DataType.float32, Float32Array.of(1, 2));
    const variable = variables.create('test', engine().entry(value));
    variables.retain(variable);
    expect(variables.read(variable)).toEqual(Float32Array.of(1, 2));
    const attributes = [typeAttribute('dtype', DataType.float32)];
    engine().updateVariables('AssignAddVariableOp', attributes, [variable], [engine().entry(value)]);
    expect(variables.read(variable)).toEqual(Float32Array.of(2, 4));
    expect(engine().tensorDataSync(value)).toEqual(Float32Array.of(1, 2));
    engine().deleteTensor(value);
    variables.release(variable);
    expect(variable.isDestroyed).toBe(true);
    expect(tensorCount()).toBe(before);
  });
});
