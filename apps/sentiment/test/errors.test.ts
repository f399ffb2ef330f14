import { describe, expect, it } from '@jest/globals';

import { AppError, describeError } from '../src/errors.js';

describe('describeError', () => {
  it('gives errors of this program their exit code, and no stack', () => {
    const error = new AppError('missing-file', { where: 'a', expected: 'b', found: 'c', remedy: 'Do d.' });
    expect(describeError(error)).toEqual({ text: 'error: a: expected b, found c. Do d.', exitCode: 2 });
  });

  it('lets errors of the packages speak for themselves', () => {
    const error = Object.assign(new Error('model.safetensors: truncated'), { code: 'truncated' });
    expect(describeError(error)).toEqual({ text: 'error: model.safetensors: truncated', exitCode: 1 });
  });

  it('says what a full disk means', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(describeError(error).text).toContain(
      'The disk is full: free some space, or name another --output.',
    );
  });

  it('asks for a report of anything else', () => {
    const { text, exitCode } = describeError(new TypeError('x is not a function'));
    expect(exitCode).toBe(1);
    expect(text).toContain('looks like a bug');
    expect(text).toContain('errors.test');
    expect(describeError('text').text).toBe('error: text');
  });
});
