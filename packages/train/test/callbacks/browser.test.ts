import { describe, expect, it } from '@jest/globals';

import { host } from '../../src/host.browser.js';

describe('in a browser', () => {
  it('nothing is written, and the error says so', async () => {
    const refusal = expect.objectContaining({
      code: 'not-supported',
      message: expect.stringMatching(/^logs\/a\.csv: a browser cannot write files/),
    });
    const path = 'logs/a.csv';
    await expect(host.append(path, new Uint8Array())).rejects.toThrow(refusal);
    await expect(host.write(path, new Uint8Array())).rejects.toThrow(refusal);
    await expect(host.replace(path, () => Promise.resolve())).rejects.toThrow(refusal);
    await expect(host.recover(path, () => true)).rejects.toThrow(refusal);
  });

  it('paths and the rest work', () => {
    expect(host.join('logs/', 'a')).toBe('logs/a');
    expect(host.split('logs/run/a')).toEqual({ directory: 'logs/run', name: 'a' });
    expect(host.residentBytes()).toBeUndefined();
    expect(host.identity().hostName).toBe('browser');
  });
});
