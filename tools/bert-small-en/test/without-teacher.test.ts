import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openSafetensors, writeSafetensors } from '@bertune/bert';
import { afterAll, expect, it } from '@jest/globals';

import { dropTeacherLayer } from '../src/without-teacher.js';

const folder = mkdtempSync(join(tmpdir(), 'bert-small-en-teacher-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('takes the layer to the teacher out and leaves every other tensor, to the bit', async () => {
  const path = join(folder, 'model.safetensors');
  const names = ['bert.pooler.dense.bias', 'cls.distillation.bias', 'cls.predictions.bias'];
  const tensors = names.map((name, at) => ({
    name,
    shape: [2, 1],
    values: () => new Float32Array([at + 0.1, -0.3]),
  }));
  await writeSafetensors(path, tensors, { dtype: 'float16' });
  const read = async (): Promise<Map<string, Float32Array>> => {
    const file = await openSafetensors(path);
    try {
      const values = new Map<string, Float32Array>();
      for (const [name, { dtype, shape }] of file.entries) {
        expect([dtype, shape]).toEqual(['F16', [2, 1]]);
        values.set(name, await file.read(name));
      }
      return values;
    } finally {
      await file.close();
    }
  };
  const before = await read();
  await dropTeacherLayer(path);
  before.delete('cls.distillation.bias');
  expect(await read()).toEqual(before);
  const bytes = readFileSync(path);
  await dropTeacherLayer(path); // nothing left to do
  expect(readFileSync(path).equals(bytes)).toBe(true);
});
