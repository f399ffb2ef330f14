import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it, jest } from '@jest/globals';

import type { FilePort, FileToWrite } from '../src/files.js';
import { files as browserFiles } from '../src/files.browser.js';
import { files as nodeFiles } from '../src/files.node.js';
import { readPretrainedConfig } from '../src/pretrained.js';
import { temporaryFolder } from './raw-safetensors.js';

const text = (name: string, content: string): FileToWrite => ({
  name,
  content: () => [new TextEncoder().encode(content)],
});
const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

afterEach(() => void jest.restoreAllMocks());

describe('files of Node', () => {
  it('reads ranges and notices the end', async () => {
    const path = join(temporaryFolder(), 'x');
    writeFileSync(path, '0123456789');
    const file = await nodeFiles.open(path);
    expect(file.size).toBe(10);
    const target = new Uint8Array(4);
    await file.read(target, 3);
    expect([...target]).toEqual([51, 52, 53, 54]);
    await expect(file.read(target, 8)).rejects.toMatchObject({ code: 'truncated', file: path });
    await file.close();
  });

  it('exchanges a whole set and removes what must go', async () => {
    const folder = temporaryFolder();
    for (const name of ['a', 'b', 'gone', 'kept']) writeFileSync(join(folder, name), `former ${name}`);
    await nodeFiles.writeAll(
      folder,
      [text('a', 'new a'), text('c', 'new c'), text('b', 'new b')],
      ['gone', 'never there'],
    );
    expect(contents(folder)).toEqual({ a: 'new a', b: 'new b', c: 'new c', kept: 'former kept' });
  });

  it('puts everything back when a name cannot be taken', async () => {
    const folder = temporaryFolder();
    for (const name of ['a', 'gone']) writeFileSync(join(folder, name), `former ${name}`);
    mkdirSync(join(folder, 'b', 'in the way'), { recursive: true });
    const writing = nodeFiles.writeAll(folder, [text('a', 'new'), text('b', 'new')], ['gone']);
    await expect(writing).rejects.toMatchObject({ code: 'write-failed' });
    expect(readdirSync(folder)).toEqual(['a', 'b', 'gone']);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('former a');
  });

  it('removes what killed saves left, and nothing that is not its own', async () => {
    const folder = temporaryFolder();
    const gone = ['.model.safetensors.4194999-0123abcd.tmp', '.config.json.4194999-0123abcd.old'];
    const kept = [
      `.a.${process.pid}-0123abcd.tmp`,
      '.a.tmp',
      '.a.4194999-0123abcd.txt',
      'a.4194999-0123abcd.tmp',
    ];
    for (const name of [...gone, ...kept]) writeFileSync(join(folder, name), '');
    await nodeFiles.writeAll(folder, [text('b', 'new'), text('config.json', '{}')]);
    expect(readdirSync(folder).sort()).toEqual([...kept, 'b', 'config.json'].sort());
  });

  it('names the leftovers of a save that was cut off', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.config.json.7-0a.old'), '{}');
    await expect(readPretrainedConfig(folder)).rejects.toThrow(/cut off.*\.config\.json\.7-0a\.old/);
  });
});

describe('files of a browser', () => {
  const body = Uint8Array.from({ length: 10 * 2 ** 20 }, (_, i) => (i * 7) % 251);
  const address = 'https://host/model/model.safetensors';
  const requests: string[] = [];

  function serve(server: (range: [number, number] | undefined) => Response): void {
    requests.length = 0;
    jest.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
      const range = new Headers(init?.headers).get('range');
      requests.push(range ?? 'all');
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(range ?? '') ?? [];
      return Promise.resolve(server(range === null ? undefined : [Number(from), Number(to) + 1]));
    });
  }

  const ranges = (range: [number, number] | undefined): Response => {
    if (range === undefined) return new Response(body);
    const part = body.slice(...range);
    const headers = { 'content-range': `bytes ${range[0]}-${range[0] + part.length - 1}/${body.length}` };
    return new Response(part, { status: 206, headers });
  };

  async function readAt(port: FilePort, offset: number, length: number): Promise<boolean> {
    const file = await port.open(address);
    expect(file.size).toBe(body.length);
    const target = new Uint8Array(length);
    await file.read(target, offset);
    await file.close();
    return Buffer.compare(target, body.subarray(offset, offset + length)) === 0;
  }

  it.each([
    ['that serves ranges', ranges],
    ['that does not', () => new Response(body)],
    [
      'that serves ranges without the total',
      (r: [number, number] | undefined) =>
        r ? new Response(body.slice(...r), { status: 206 }) : new Response(body),
    ],
  ])('are read from a server %s', async (_, server) => {
    for (const [offset, length] of [
      [0, 8],
      [3, 5 * 2 ** 20],
      [9 * 2 ** 20, 1000],
      [body.length - 1, 1],
    ]) {
      serve(server);
      expect(await readAt(browserFiles, offset, length)).toBe(true);
    }
  });

  it('are read in any order', async () => {
    serve(ranges);
    const file = await browserFiles.open(address);
    for (const offset of [9 * 2 ** 20, 5, 7 * 2 ** 20, 6 * 2 ** 20]) {
      const target = new Uint8Array(100);
      await file.read(target, offset);
      expect(target).toEqual(body.slice(offset, offset + 100));
    }
  });

  it('are fetched in windows, not tensor by tensor', async () => {
    serve(ranges);
    const file = await browserFiles.open(address);
    for (let offset = 0; offset + 1000 <= body.length; offset += 1000)
      await file.read(new Uint8Array(1000), offset);
    expect(requests.length).toBeLessThan(5);
  });

  it.each<[string, string, () => Response]>([
    ['404', 'not-found', () => new Response('', { status: 404 })],
    ['500', 'read-failed', () => new Response('', { status: 500 })],
  ])('say what %s means', async (_, code, server) => {
    serve(server);
    await expect(browserFiles.open(address)).rejects.toMatchObject({ code, file: address });
  });

  it('are empty when the server says so', async () => {
    serve(() => new Response('', { status: 416 }));
    expect((await browserFiles.open(address)).size).toBe(0);
  });

  it('notice when a range comes short, or ends', async () => {
    serve(ranges);
    const file = await browserFiles.open(address);
    await expect(file.read(new Uint8Array(2), body.length - 1)).rejects.toMatchObject({ code: 'truncated' });
    serve((range) => new Response(body.slice(range?.[0], (range?.[1] ?? 0) - 1), { status: 206 }));
    await expect(file.read(new Uint8Array(6 * 2 ** 20), 1)).rejects.toMatchObject({ code: 'truncated' });
  });

  it('cannot be written', async () => {
    await expect(browserFiles.writeAll('https://host/model', [])).rejects.toMatchObject({
      code: 'not-supported',
    });
  });

  it('are named by addresses', () => {
    expect(browserFiles.join('https://host/model/', 'config.json')).toBe('https://host/model/config.json');
    expect(browserFiles.split(address)).toEqual({
      directory: 'https://host/model',
      name: 'model.safetensors',
    });
  });
});
