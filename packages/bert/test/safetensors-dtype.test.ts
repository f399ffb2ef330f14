import { describe, expect, it } from '@jest/globals';

import { goldenPath, readTensors } from '@bertune/testkit';

import {
  fromBfloat16,
  fromFloat16,
  fromFloat32,
  toBfloat16,
  toFloat16,
  toFloat32,
} from '../src/safetensors/dtype.js';
import { openSafetensors } from '../src/safetensors/reader.js';

const all = Uint16Array.from({ length: 65536 }, (_, i) => i);

describe('float16', () => {
  it('reads every bit pattern as IEEE 754 says', () => {
    const values = fromFloat16(all);
    for (const half of all) {
      const sign = half & 0x8000 ? -1 : 1;
      const exponent = (half >> 10) & 31;
      const fraction = half & 0x3ff;
      const expected =
        exponent === 31
          ? fraction === 0
            ? sign * Infinity
            : NaN
          : exponent === 0
            ? sign * fraction * 2 ** -24
            : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
      if (!Object.is(values[half], expected))
        throw new Error(`${half}: expected ${expected}, found ${values[half]}`);
    }
  });

  it('rounds to nearest, ties to even, at and beside every boundary between neighbours', () => {
    const positive = fromFloat16(all.subarray(0, 0x7c00));
    for (let half = 0; half + 1 < positive.length; half++) {
      const middle = (positive[half] + positive[half + 1]) / 2;
      const bits = new Uint32Array(Float32Array.of(middle).buffer)[0];
      const [below, tie, above] = new Float32Array(Uint32Array.of(bits - 1, bits, bits + 1).buffer);
      const found = [...toFloat16(Float32Array.of(positive[half], below, tie, above, -below, -tie, -above))];
      const even = half % 2 === 0 ? half : half + 1;
      const expected = [half, half, even, half + 1, half | 0x8000, even | 0x8000, (half + 1) | 0x8000];
      if (found.join() !== expected.join())
        throw new Error(`${half}: expected ${expected.join()}, found ${found.join()}`);
    }
  });

  it('overflows where the standard says', () => {
    const values = Float32Array.of(65504, 65519, 65520, -1e30, Infinity, NaN, 1e-45);
    expect([...toFloat16(values)]).toEqual([0x7bff, 0x7bff, 0x7c00, 0xfc00, 0x7c00, 0x7e00, 0]);
    expect(fromFloat32('float16', Float32Array.of(1, Infinity, 65519)).overflowAt).toBe(-1);
    expect(fromFloat32('float16', Float32Array.of(1, Infinity, 65520)).overflowAt).toBe(2);
  });
});

describe('bfloat16', () => {
  it('is the upper half of float32, rounded to nearest, ties to even', () => {
    const bits = new Uint32Array(fromBfloat16(all).buffer);
    expect(bits.every((value, half) => value === half * 65536)).toBe(true);
    const from = (...values: number[]): number[] => [
      ...toBfloat16(new Float32Array(Uint32Array.from(values).buffer)),
    ];
    expect(from(0x3f807fff, 0x3f808000, 0x3f808001, 0x3f818000)).toEqual([0x3f80, 0x3f80, 0x3f81, 0x3f82]);
    expect(from(0x7f7fffff, 0x7f800000, 0x7f800001, 0xffc00000)).toEqual([0x7f80, 0x7f80, 0x7fc0, 0x7fc0]);
    expect(fromFloat32('bfloat16', Float32Array.of(3.4028234663852886e38)).overflowAt).toBe(0);
  });
});

// golden/model/tiny-gelu/hf-fp16 and hf-bf16: transformers 5.18.0, the float32 model of hf/ converted by torch 2.13.0
describe.each([
  ['float16', 'hf-fp16', fromFloat16, toFloat16],
  ['bfloat16', 'hf-bf16', fromBfloat16, toBfloat16],
] as const)('%s weights', (_, folder, decode, encode) => {
  it('are the float32 ones rounded as torch rounds them', async () => {
    const originals = readTensors(goldenPath('model/tiny-gelu/hf/model.safetensors'));
    const file = await openSafetensors(goldenPath(`model/tiny-gelu/${folder}/model.safetensors`));
    expect([...file.entries.keys()].sort()).toEqual([...originals.keys()].sort());
    for (const [name, { data }] of originals) {
      expect(await file.read(name)).toEqual(decode(encode(Float32Array.from(data))));
    }
    await file.close();
  });
});

describe('toFloat32', () => {
  const bytesOf = (array: { buffer: ArrayBufferLike }): Uint8Array<ArrayBuffer> =>
    new Uint8Array(array.buffer as ArrayBuffer);

  it('reads integers, booleans and doubles', () => {
    expect([...toFloat32('I64', bytesOf(BigInt64Array.of(-3n, 16777216n))).values]).toEqual([-3, 16777216]);
    expect([...toFloat32('I32', bytesOf(Int32Array.of(-7, 9))).values]).toEqual([-7, 9]);
    expect([...toFloat32('U8', Uint8Array.of(0, 255)).values]).toEqual([0, 255]);
    expect([...toFloat32('BOOL', Uint8Array.of(0, 1)).values]).toEqual([0, 1]);
    expect([...toFloat32('F64', bytesOf(Float64Array.of(0.1, -Infinity))).values]).toEqual([
      Math.fround(0.1),
      -Infinity,
    ]);
  });

  it('says where a value does not fit', () => {
    expect(toFloat32('I64', bytesOf(BigInt64Array.of(1n, 16777217n))).inexactAt).toBe(1);
    expect(toFloat32('F64', bytesOf(Float64Array.of(1, 2, 1e300))).inexactAt).toBe(2);
    expect(toFloat32('F64', bytesOf(Float64Array.of(0.1))).inexactAt).toBe(-1);
  });
});
