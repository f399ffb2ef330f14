import { describe, expect, it } from '@jest/globals';

import { isBuilt, runChild } from './child.js';
import { nativeLibrary, skipReason } from './native.js';

/** Programs of their own, on the built package, that end while TensorFlow holds tensors, variables and functions. */
const when = nativeLibrary && isBuilt ? describe : describe.skip;
const reason = skipReason || (isBuilt ? '' : ' (needs dist: build the package first)');

when(`a process with TensorFlow in it ends as Node would end it${reason}`, () => {
  it.each([
    ['end', 0, ['computed']],
    ['exit', 7, ['computed']],
    ['worker', 0, ['computed', 'worker ended 0']],
    ['worker-exit', 0, ['computed', 'worker ended 7']],
    ['worker-terminated', 0, ['computed', 'worker ended 1']],
  ] as const)('%s: code %d, nothing on standard error', async (way, code, lines) => {
    const { out, ...ended } = await runChild(way);
    expect(ended).toEqual({ code, signal: null, err: '' });
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.replace(/^computed .*/, 'computed')),
    ).toEqual(lines);
  });

  it.each(['throw', 'reject'])('%s: code 1, and only the error on standard error', async (way) => {
    const { code, signal, err } = await runChild(way);
    expect([code, signal]).toEqual([1, null]);
    expect(err).toContain('RangeError: on purpose');
    expect(err).not.toMatch(/\.cc:\d+|\b[IWEF]0000\b|Fatal|core dumped/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle of operations', async (signal) => {
    expect(await runChild('signal', { signal })).toMatchObject({ code: null, signal, err: '' });
  });

  it('SIGINT with a handler that exits', async () => {
    const ended = await runChild('signal-handled', { signal: 'SIGINT' });
    expect(ended).toMatchObject({ code: 3, signal: null, err: '' });
  });
});
