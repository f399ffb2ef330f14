import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from '@jest/globals';

import { readModelJson, writeModelJson } from '../src/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bertune-bert-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('reads what it wrote, in folders of the model’s', async () => {
  await writeModelJson(join(folder, 'new'), '1_Pooling/config.json', { mode: 'mean' });
  expect(await readModelJson(join(folder, 'new'), '1_Pooling/config.json')).toEqual({ mode: 'mean' });
  expect(readFileSync(join(folder, 'new', '1_Pooling', 'config.json'), 'utf8')).toBe(
    '{\n  "mode": "mean"\n}\n',
  );
  expect(readdirSync(join(folder, 'new', '1_Pooling'))).toEqual(['config.json']);
  expect(await readModelJson(folder, 'modules.json')).toBeUndefined();
});

it('says which file is not JSON, and which cannot be written', async () => {
  writeFileSync(join(folder, 'modules.json'), '[{');
  await expect(readModelJson(folder, 'modules.json')).rejects.toMatchObject({
    code: 'not-json',
    message: expect.stringMatching(/modules\.json: not JSON/),
  });
  await expect(writeModelJson(join(folder, 'modules.json'), 'a.json', 1)).rejects.toMatchObject({
    code: 'write-failed',
  });
});
