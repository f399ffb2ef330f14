/** Models of the hub, fetched from a server that acts like it. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { parseHubAddress } from '../../src/sources/hub-id.js';
import type { SourceProgress } from '../../src/sources/sources.js';
import { base, cache, failure, folder, get, ID, repo, server, shard, text, weights } from './hub-fixture.js';
import { ASKED, commitOf, sha256, TOKEN } from './hub-server.js';

describe('a model of the hub', () => {
  it('comes with config, tokenizer and one format of weights, laid out as Python does', async () => {
    const path = await get();
    expect(path).toBe(repo('snapshots', base.commit));
    expect(readdirSync(path).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer_config.json',
      'vocab.txt',
    ]);
    expect(readFileSync(join(path, 'model.safetensors'))).toEqual(weights);
    expect(lstatSync(join(path, 'model.safetensors')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(path, 'model.safetensors'))).toBe(`../../blobs/${sha256(weights)}`);
    expect(readFileSync(repo('refs', 'main'), 'utf8')).toBe(base.commit);
    expect(readdirSync(repo('blobs')).filter((name) => !/^[0-9a-f]+$/.test(name))).toEqual([]);
    expect(readdirSync(cache('.locks', 'models--google-bert--bert-base-uncased'))).toEqual([]);
  });

  it('is asked for its commit only, once it is in the cache', async () => {
    await get();
    server.requests();
    await get();
    expect(server.requests()).toEqual([`GET /api/models/${ID}/revision/main`]);
    await get(`${ID}@${base.commit}`);
    expect(server.requests()).toEqual([]);
  });

  it('uses weights that are there in another format, as Python left them', async () => {
    const snapshot = repo('snapshots', base.commit);
    mkdirSync(snapshot, { recursive: true });
    writeFileSync(join(snapshot, 'pytorch_model.bin'), 'pickle');
    await get();
    expect(existsSync(join(snapshot, 'model.safetensors'))).toBe(false);
    expect(existsSync(join(snapshot, 'vocab.txt'))).toBe(true);
  });

  it('uses a blob that is there under another commit', async () => {
    await get();
    server.requests();
    const moved = { ...base, commit: commitOf('next') };
    server.repositories[ID] = moved;
    try {
      const path = await get();
      expect(path).toBe(repo('snapshots', moved.commit));
      expect(server.requests().filter((line) => line.startsWith('GET'))).toEqual([
        `GET /api/models/${ID}/revision/main`,
      ]);
      expect(readFileSync(join(path, 'model.safetensors'))).toEqual(weights);
    } finally {
      server.repositories[ID] = base;
    }
  });

  it('comes by a former name, a page of the hub, a revision after @ and one in the options', async () => {
    expect(await get('bert-base-uncased')).toBe(cache('models--bert-base-uncased', 'snapshots', base.commit));
    for (const path of ['', '/tree/v1.0', '/blob/main/config.json'])
      expect(await get(`${server.url}/${ID}${path}`)).toBe(repo('snapshots', base.commit));
    await get(`${ID}@refs/pr/1`);
    await get(ID, { revision: 'v1.0' });
    expect(readFileSync(repo('refs', 'refs', 'pr', '1'), 'utf8')).toBe(base.commit);
    expect(readFileSync(repo('refs', 'v1.0'), 'utf8')).toBe(base.commit);
  });

  it('comes by its page on a mirror that lies in a folder of its host', () => {
    const mirror = ['https://host.example/pre/fix/', 'https://huggingface.co'];
    const page = (path: string): unknown => parseHubAddress(`https://host.example${path}`, mirror);
    expect(page('/pre/fix/acme/model/tree/v1')).toEqual({ id: 'acme/model', revision: 'v1' });
    expect(page('/acme/model')).toBeUndefined();
    expect(page('/pre/fixed/acme/model')).toBeUndefined();
    expect(parseHubAddress('https://huggingface.co/acme/model', mirror)).toEqual({
      id: 'acme/model',
      revision: undefined,
    });
  });

  it('brings all shards, and all of a SavedModel', async () => {
    const path = await get('acme/sharded');
    expect(readFileSync(join(path, 'model-00002-of-00002.safetensors'))).toEqual(shard('2'));
    const saved = await get('acme/saved-model');
    expect(readFileSync(join(saved, 'variables', 'variables.data-00000-of-00001'), 'utf8')).toBe('data');
    expect(readFileSync(join(saved, 'assets', 'vocab.txt'), 'utf8')).toBe('[PAD]\n');
  });

  it('tells how far it is', async () => {
    const told: SourceProgress[] = [];
    await get(ID, { onProgress: (progress) => told.push(progress) });
    const last = told.at(-1);
    expect(last).toMatchObject({
      stage: 'downloading',
      file: 'model.safetensors',
      done: weights.length,
      total: weights.length,
    });
    expect(last?.directory).toBe(repo());
  });
});

describe('a cut off download', () => {
  const path = new RegExp(`^/${sha256(weights)}$`);

  it('goes on where it was cut', async () => {
    server.faults = [{ path, times: 2, cutAfter: 100_000 }];
    const snapshot = await get();
    expect(readFileSync(join(snapshot, 'model.safetensors'))).toEqual(weights);
    const ranges = server.seen.filter(({ host }) => host === 'cdn').map(({ range }) => range);
    // How much of the 100,000 bytes arrives before the connection breaks is up to the system.
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/), expect.any(String)]);
    const starts = [0, ...ranges.slice(1).map((range) => Number(/\d+/.exec(range ?? '')?.[0]))];
    for (const [at, start] of starts.slice(1).entries()) {
      expect(start).toBeGreaterThan(starts[at]);
      expect(start).toBeLessThanOrEqual(starts[at] + 100_000);
    }
  });

  it('goes on in the next process, and begins anew where the server knows no ranges', async () => {
    const incomplete = repo('blobs', `${sha256(weights)}.bertune.incomplete`);
    server.faults = [{ path, times: 99, cutAfter: 0 }];
    const error = await failure(get());
    expect([error.code, error.message]).toEqual([
      'download-failed',
      expect.stringContaining('byte 0 of 300000'),
    ]);
    writeFileSync(incomplete, weights.subarray(0, 123_456));
    server.seen.length = 0;
    server.faults = [{ path, times: 1, ignoreRange: true }];
    expect(readFileSync(join(await get(), 'model.safetensors'))).toEqual(weights);
    expect(server.seen.find(({ host }) => host === 'cdn')?.range).toBe('bytes=123456-');
    expect(existsSync(incomplete)).toBe(false);
  });

  it('that does not fit what is announced is refused and not kept', async () => {
    mkdirSync(repo('blobs'), { recursive: true });
    writeFileSync(repo('blobs', `${sha256(weights)}.bertune.incomplete`), Buffer.alloc(1000, 1));
    const error = await failure(get());
    expect(error.code).toBe('hash-mismatch');
    expect(readdirSync(repo('blobs')).filter((name) => name.startsWith(sha256(weights)))).toEqual([]);
    expect(existsSync(repo('snapshots', base.commit, 'model.safetensors'))).toBe(false);
    expect(readFileSync(join(await get(), 'model.safetensors'))).toEqual(weights);
  });

  it('checks small files by the hash of Git', async () => {
    server.faults = [
      { path: /resolve.*config\.json$/, method: 'GET', times: 1, body: text('{"of":"evil"}') },
    ];
    const error = await failure(get());
    expect([error.code, error.message]).toEqual(['hash-mismatch', expect.stringContaining('config.json')]);
  });

  it('stops when told, keeps what came, and says so', async () => {
    const controller = new AbortController();
    server.faults = [{ path, times: 1, pause: 60_000 }];
    const onProgress = ({ file, done }: SourceProgress): void => {
      if (file === 'model.safetensors' && done > 0) controller.abort();
    };
    const error = await failure(get(ID, { signal: controller.signal, onProgress }));
    expect(error.code).toBe('aborted');
    expect(readdirSync(repo('blobs')).some((name) => name.endsWith('.incomplete'))).toBe(true);
    expect(readdirSync(cache('.locks', 'models--google-bert--bert-base-uncased'))).toEqual([]);
  });
});

describe('tokens', () => {
  it('go to the hub alone, from the option, the variable or the file', async () => {
    process.env.HF_TOKEN = ` ${TOKEN}\n`;
    await get('acme/secret');
    expect(
      new Set(server.seen.filter(({ host }) => host === 'hub').map(({ authorization }) => authorization)),
    ).toEqual(new Set([`Bearer ${TOKEN}`]));
    const toOthers = server.seen
      .filter(({ host }) => host === 'cdn')
      .map(({ authorization }) => authorization);
    expect(toOthers).toEqual([undefined]);
    Reflect.deleteProperty(process.env, 'HF_TOKEN');
    writeFileSync(join(folder(), 'hf', 'token'), TOKEN);
    await get('acme/secret', { cacheDir: join(folder(), 'other') });
    expect((await failure(get('acme/secret', { token: false }))).code).toBe('not-found');
  });

  it('missing, wrong, or without access: each with what to do', async () => {
    const wrong = await failure(get(ID, { token: 'hf_nobody' }));
    expect([wrong.code, wrong.status, wrong.message]).toEqual([
      'unauthorized',
      401,
      expect.stringContaining('HF_TOKEN'),
    ]);
    const asking = await failure(get('acme/asked'));
    expect([asking.code, asking.message]).toEqual([
      'gated',
      expect.stringContaining(`Open ${server.url}/acme/asked signed in`),
    ]);
    const waiting = await failure(get('acme/asked', { token: TOKEN }));
    expect([waiting.code, waiting.status, waiting.message]).toEqual([
      'gated',
      403,
      expect.stringContaining('accept the conditions'),
    ]);
    expect(existsSync(await get('acme/asked', { token: ASKED }))).toBe(true);
    server.faults = [{ path: /api/, times: 1, status: 403, headers: { 'x-error-message': 'no rights' } }];
    const refused = await failure(get());
    expect([refused.code, refused.message]).toEqual(['forbidden', expect.stringContaining('no rights')]);
  });
});
