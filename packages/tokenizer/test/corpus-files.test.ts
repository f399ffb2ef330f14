/** What a file may look like, and what is wrong with others. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { cutChunks } from '../src/corpus/cut-chunks.js';
import { notUtf8Error } from '../src/corpus/decode-utf8.js';
import { BertTokenizer, encodeFile, trainVocabularyFromFiles } from '../src/index.js';
import { allRows, fileOf, someTexts } from './corpus-text.js';
import { smallVocabulary } from './small-vocabulary.js';
import { temporaryFolder } from './temporary-folder.js';

const tokenizer = new BertTokenizer(smallVocabulary);
const idsOf = (texts: readonly string[]): number[][] =>
  texts.map((text) => [...tokenizer.encode(text).inputIds]);
const rowsOf = (path: string, chunkSize = 2 ** 18): Promise<number[][]> =>
  allRows(encodeFile(tokenizer, path, { workers: 0, chunkSize }));

describe('lines of a file', () => {
  const texts = ['great movie', '', 'the café 中文 😀', ' ', 'was'];

  it.each([1, 2, 3, 7, 1000])('are found whatever the pieces it is read in: %d bytes', async (chunkSize) => {
    const expected = idsOf(texts);
    expect(await rowsOf(fileOf(texts.join('\n')), chunkSize)).toEqual(expected);
    expect(await rowsOf(fileOf(`${texts.join('\n')}\n`), chunkSize)).toEqual(expected);
    expect(await rowsOf(fileOf(texts.join('\r\n')), chunkSize)).toEqual(expected);
    expect(await rowsOf(fileOf(gzipSync(texts.join('\n'))), chunkSize)).toEqual(expected);
  });

  it('do not contain the byte order mark', async () => {
    const marked = new BertTokenizer([...smallVocabulary, '\ufeff'], {
      addedTokens: [{ content: '\ufeff', special: true }],
    });
    const ids = await allRows(
      encodeFile(marked, fileOf('\ufeffgreat\n\ufeffgreat'), { workers: 0, chunkSize: 2 }),
    );
    expect(ids.map((row) => row.length)).toEqual([3, 4]);
    expect(await rowsOf(fileOf('\ufeff'), 1)).toEqual([]);
  });

  it('count when there is nothing in them', async () => {
    expect(await rowsOf(fileOf('\n\n'))).toHaveLength(2);
    expect(await rowsOf(fileOf('\r\n'))).toEqual(idsOf(['']));
  });

  it('go on over files in several gzip members', async () => {
    const zipped = Buffer.concat([gzipSync('great mo'), gzipSync('vie\nthe')]);
    expect(await rowsOf(fileOf(zipped))).toEqual(idsOf(['great movie', 'the']));
  });
});

describe.each([
  ['encodeFile', (path: string) => rowsOf(path, 8)],
  ['trainVocabularyFromFiles', (path: string) => trainVocabularyFromFiles(path)],
])('%s refuses', (_, read) => {
  it('what is not there', async () => {
    await expect(read('/no/such/file.txt')).rejects.toMatchObject({
      code: 'file-missing',
      details: { path: '/no/such/file.txt' },
    });
    await expect(read(join(fileOf('x'), 'below-a-file'))).rejects.toMatchObject({ code: 'file-missing' });
    await expect(read('')).rejects.toMatchObject({ code: 'file-missing' });
  });

  it('a folder', async () => {
    await expect(read(temporaryFolder())).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining('folder'),
    });
  });

  const isLinux = process.platform === 'linux';
  (isLinux ? it : it.skip)(`what cannot be read${isLinux ? '' : ' (needs Linux)'}`, async () => {
    await expect(read('/proc/self/mem')).rejects.toMatchObject({ code: 'bad-file' });
  });

  it('bytes that are not UTF-8, with their place', async () => {
    const path = fileOf(
      Buffer.concat([Buffer.from('great\nmovie\nthe caf'), Buffer.from([0xe9, 0x20, 0x41])]),
    );
    await expect(read(path)).rejects.toMatchObject({
      code: 'not-utf-8',
      message: expect.stringMatching(/: expected UTF-8, found 0xe9 .*at byte 19, in line 3\./),
      details: { path, offset: 19, line: 3 },
    });
  });

  it('UTF-16, and says so', async () => {
    const path = fileOf(Buffer.from('\ufeffgreat', 'utf16le'));
    await expect(read(path)).rejects.toMatchObject({
      code: 'not-utf-8',
      message: expect.stringContaining('UTF-16'),
    });
  });

  it('a binary file', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_unused, index) => (index * 7919) % 251);
    await expect(read(fileOf(bytes))).rejects.toMatchObject({ code: 'not-utf-8', details: { line: 1 } });
  });

  it('a damaged gzip', async () => {
    const zipped = gzipSync(someTexts(200).join('\n'));
    await expect(read(fileOf(zipped.subarray(0, zipped.length >> 1)))).rejects.toMatchObject({
      code: 'bad-file',
    });
    await expect(read(fileOf(Uint8Array.of(0x1f, 0x8b, 1, 2, 3)))).rejects.toMatchObject({
      code: 'bad-file',
    });
  });
});

describe('notUtf8Error', () => {
  it.each([
    ['a continuation byte alone', [0x41, 0x80], 1],
    ['an overlong form', [0xc0, 0x80], 0],
    ['an overlong form of three bytes', [0xe0, 0x9f, 0xbf], 0],
    ['an overlong form of four bytes', [0xf0, 0x8f, 0xbf, 0xbf], 0],
    ['a surrogate', [0xed, 0xa0, 0x80], 0],
    ['a code point beyond the last', [0xf4, 0x90, 0x80, 0x80], 0],
    ['a byte that never occurs', [0x61, 0xff], 1],
    ['a character cut short', [0x61, 0x62, 0xf0, 0x9f, 0x98], 2],
  ])('finds %s', (_, bytes, index) => {
    const valid = new TextEncoder().encode('é中😀\u{10ffff}\ud7ff\ue000\n');
    const all = Uint8Array.of(...valid, ...bytes);
    expect(notUtf8Error(all, { path: 'x', offset: 10, line: 5 }).details).toEqual({
      path: 'x',
      offset: 10 + valid.length + index,
      line: 6,
    });
  });
});

describe('cutChunks', () => {
  async function* repeat(piece: Uint8Array, times: number): AsyncGenerator<Uint8Array, void> {
    for (let time = 0; time < times; time += 1) {
      await Promise.resolve();
      yield piece;
    }
  }

  it('gives up on a line longer than a string may be, before memory does', async () => {
    const chunks = cutChunks('x', repeat(new Uint8Array(2 ** 26).fill(0x61), 5), 'line');
    await expect(chunks.next()).rejects.toMatchObject({ code: 'line-too-long', details: { offset: 0 } });
  });

  it('cuts where asked, and counts on', async () => {
    const piece = new TextEncoder().encode('a b\nc d');
    const seen: [number, string][] = [];
    for await (const { bytes, offset } of cutChunks('x', repeat(piece, 2), 'white-space')) {
      seen.push([offset, new TextDecoder().decode(bytes)]);
    }
    expect(seen).toEqual([
      [0, 'a b\nc '],
      [6, 'da b\nc '],
      [13, 'd'],
    ]);
  });
});
