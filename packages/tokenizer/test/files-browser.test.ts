import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { readFileIfPresent, writeFiles } from '../src/files/files.browser.js';

const fetchBefore = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = fetchBefore;
});

function answer(response: () => Response): string[] {
  const asked: string[] = [];
  globalThis.fetch = jest.fn((url: Parameters<typeof fetch>[0]) => {
    asked.push(url instanceof Request ? url.url : url.toString());
    return Promise.resolve().then(response);
  });
  return asked;
}

describe('files in a browser', () => {
  it('are fetched', async () => {
    const asked = answer(() => new Response('abc'));
    expect(await readFileIfPresent('https://example.org/model/', 'vocab.txt')).toEqual(
      new Uint8Array([97, 98, 99]),
    );
    expect(asked).toEqual(['https://example.org/model/vocab.txt']);
  });

  it('are absent when the server says 404, and an error otherwise', async () => {
    answer(() => new Response('', { status: 404 }));
    expect(await readFileIfPresent('m', 'vocab.txt')).toBeUndefined();
    answer(() => new Response('', { status: 500 }));
    await expect(readFileIfPresent('m', 'vocab.txt')).rejects.toMatchObject({ code: 'bad-file' });
    answer(() => {
      throw new TypeError('offline');
    });
    await expect(readFileIfPresent('m', 'vocab.txt')).rejects.toMatchObject({ code: 'bad-file' });
  });

  it('cannot be written', async () => {
    await expect(writeFiles('m', new Map([['vocab.txt', 'a']]))).rejects.toMatchObject({
      code: 'file-write',
    });
  });
});
