/** What can go wrong with a model of the hub: it is not there, the server is in trouble, the disk is, others want the same. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import type { SourceProgress } from '../../src/sources/sources.js';
import { cache, failure, folder, get, ID, repo, server, text, weights } from './hub-fixture.js';
import { sha256 } from './hub-server.js';

describe('what is not there', () => {
  it('names what was meant: a model, a revision', async () => {
    for (const name of [
      'google-bert/bert-base-uncasd',
      'bert-base-uncaesd',
      'goggle-bert/bert-base-uncased',
    ]) {
      const error = await failure(get(name));
      expect([error.code, error.suggestions[0]]).toEqual(['not-found', ID]);
      expect(error.message).toContain(`Did you mean ${ID}`);
    }
    const revision = await failure(get(`${ID}@v1.1`));
    expect([revision.code, revision.suggestions]).toEqual(['not-found', ['v1.0']]);
  });

  it('says what a repository has in place of weights', async () => {
    const error = await failure(get('acme/onnx-only'));
    expect([error.code, error.message]).toEqual(['no-model', expect.stringContaining('model.onnx')]);
  });

  it('refuses lists of shards that leave the folder', async () => {
    expect((await failure(get('acme/climbing'))).code).toBe('download-failed');
    expect(server.requests().some((line) => line.includes('evil'))).toBe(false);
  });

  it('refuses names that leave the cache, and ETags that do', async () => {
    for (const source of ['a/../../b', 'a/b@../../x', 'a/b/c/d', 'a--b/c', 'a/b.git'])
      expect([source, (await failure(get(source))).code]).toEqual([source, 'not-found']);
    expect((await failure(get(ID, { revision: '../../x' }))).code).toBe('not-a-source');
    server.faults = [{ path: /config\.json/, times: 1, status: 200, headers: { etag: '"../../../evil"' } }];
    expect((await failure(get())).code).toBe('download-failed');
  });
});

describe('a server in trouble', () => {
  it('is given the time it asks for, and asked again', async () => {
    server.faults = [
      { path: /api/, times: 1, status: 429, headers: { 'retry-after': '1' } },
      { path: /config\.json/, times: 2, status: 503 },
    ];
    const begin = performance.now();
    await get();
    expect(performance.now() - begin).toBeGreaterThan(950);
    server.faults = [{ path: /api/, times: 1, status: 429, headers: { 'retry-after': '3600' } }];
    const error = await failure(get(ID, { cacheDir: join(folder(), 'other') }));
    expect([error.code, error.message]).toEqual(['rate-limited', expect.stringContaining('3600 s')]);
  });

  it('does not matter where the cache has the model', async () => {
    const path = await get();
    server.faults = [{ path: /api/, times: 99, status: 500 }];
    expect(await get()).toBe(path);
    expect(await get(ID, { endpoint: 'http://127.0.0.1:9' })).toBe(path);
    const error = await failure(get('acme/sharded', { endpoint: 'http://127.0.0.1:9' }));
    expect([error.code, error.message]).toEqual([
      'no-network',
      expect.stringContaining('127.0.0.1:9 cannot be reached'),
    ]);
  });

  it('cannot be reached: a proxy that this Node does not use is named', async () => {
    const away = { endpoint: 'http://127.0.0.1:9' };
    process.env.HTTP_PROXY = 'http://127.0.0.1:8';
    try {
      expect((await failure(get('acme/sharded', away))).message).toContain('HTTP_PROXY is set, but Node');
      process.env.NODE_USE_ENV_PROXY = '1';
      expect((await failure(get('acme/sharded', away))).message).not.toContain('HTTP_PROXY');
    } finally {
      for (const name of ['HTTP_PROXY', 'NODE_USE_ENV_PROXY']) Reflect.deleteProperty(process.env, name);
    }
  });

  it('is not asked when the network is not to be used', async () => {
    process.env.HF_HUB_OFFLINE = '1';
    const error = await failure(get());
    expect([error.code, error.message]).toEqual(['offline', expect.stringContaining(cache())]);
    Reflect.deleteProperty(process.env, 'HF_HUB_OFFLINE');
    const path = await get('acme/sharded');
    server.requests();
    process.env.HF_HUB_OFFLINE = '1';
    expect(await get('acme/sharded')).toBe(path);
    rmSync(join(path, 'model-00002-of-00002.safetensors'));
    const incomplete = await failure(get('acme/sharded'));
    expect(incomplete.message).toContain('without model-00002-of-00002.safetensors');
    expect(server.requests()).toEqual([]);
  });

  it('that sends Git LFS pointers is no full mirror', async () => {
    const pointer = text(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(weights)}\nsize 300000\n`,
    );
    server.faults = [
      {
        path: /model\.safetensors$/,
        method: 'HEAD',
        times: 1,
        status: 200,
        headers: { etag: `"${sha256(weights)}"`, 'content-length': String(pointer.length) },
      },
      { path: new RegExp(sha256(weights)), times: 1, body: pointer },
    ];
    expect((await failure(get())).code).toBe('lfs-pointer');
  });

  it('that redirects for ever, or from anywhere to a file, is refused', async () => {
    server.faults = [{ path: /api/, times: 99, status: 302, headers: { location: '/api/again' } }];
    expect((await failure(get())).message).toContain('more than 10 redirects');
    server.faults = [{ path: /api/, times: 1, status: 302, headers: { location: 'file:///etc/passwd' } }];
    expect((await failure(get())).message).toContain('file:///etc/passwd');
  });
});

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('the disk', () => {
  onLinux(
    'that is full is said to be, and nothing half-written stays (/dev/full stands for it)',
    async () => {
      mkdirSync(repo('blobs'), { recursive: true });
      symlinkSync('/dev/full', repo('blobs', `${sha256(weights)}.bertune.incomplete`));
      const error = await failure(get());
      expect([error.code, error.message]).toEqual(['disk-full', expect.stringContaining('HF_HUB_CACHE')]);
      expect(readdirSync(repo('blobs')).filter((name) => name.startsWith(sha256(weights)))).toEqual([]);
      expect(existsSync(await get())).toBe(true);
    },
  );

  it('that has not the room for a file is found out before it is fetched', async () => {
    server.faults = [
      {
        path: /model\.safetensors$/,
        method: 'HEAD',
        times: 1,
        status: 200,
        headers: { etag: '"a"', 'x-linked-size': '9000000000000000' },
      },
    ];
    const error = await failure(get());
    expect([error.code, error.message]).toEqual(['disk-full', expect.stringContaining('9000000.0 GB')]);
  });

  it('that cannot be written to serves what it has, where that is enough to load', async () => {
    const path = await get();
    rmSync(cache('.locks'), { recursive: true });
    writeFileSync(cache('.locks'), 'stands for a cache that belongs to somebody else');
    rmSync(join(path, 'vocab.txt'));
    expect(await get()).toBe(path);
    rmSync(join(path, 'model.safetensors'));
    expect((await failure(get())).code).toBe('cache-not-writable');
  });

  it('whose cache is a file is no cache', async () => {
    writeFileSync(join(folder(), 'occupied'), '');
    const error = await failure(get(ID, { cacheDir: join(folder(), 'occupied') }));
    expect(error.code).toBe('cache-not-writable');
  });
});

describe('two at once', () => {
  it('fetch each file once', async () => {
    server.faults = [{ path: new RegExp(sha256(weights)), times: 1, pause: 300 }];
    const waiting: string[] = [];
    const onProgress = ({ stage, file }: SourceProgress): void => {
      if (stage === 'waiting') waiting.push(file);
    };
    const [a, b] = await Promise.all([get(ID, { onProgress }), get(ID, { onProgress })]);
    expect(a).toBe(b);
    expect(server.seen.filter(({ host }) => host === 'cdn')).toHaveLength(1);
    expect(waiting.length).toBeGreaterThan(0);
  });

  it('a killed process leaves a lock that the next one takes over', async () => {
    const lock = cache('.locks', 'models--google-bert--bert-base-uncased', `${sha256(weights)}.bertune.lock`);
    mkdirSync(join(lock, '..'), { recursive: true });
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.on('exit', resolve));
    writeFileSync(lock, JSON.stringify({ pid: child.pid, host: hostname(), nonce: 'x' }));
    expect(existsSync(await get())).toBe(true);
    expect(existsSync(lock)).toBe(false);
  });
});
