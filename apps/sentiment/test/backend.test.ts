import { describe, expect, it } from '@jest/globals';

import { startBackend } from '../src/backend.js';

describe('startBackend', () => {
  const broken = (name: string): Promise<void> =>
    name === 'wasm' ? Promise.reject(new Error('no SIMD')) : Promise.resolve();

  it('starts wasm unless told otherwise', async () => {
    expect((await startBackend(undefined)).name).toBe('wasm');
    expect(await startBackend('cpu')).toEqual({ name: 'cpu', reason: 'asked for with --backend' });
  });

  it('falls back to cpu and says why', async () => {
    expect(await startBackend(undefined, broken)).toEqual({
      name: 'cpu',
      reason: 'wasm did not start (no SIMD)',
    });
  });

  it('does not fall back from what was asked for', async () => {
    await expect(startBackend('wasm', broken)).rejects.toMatchObject({ code: 'no-backend', exitCode: 1 });
  });
});
