/** Models behind addresses: folders, weights, archives, handles of TensorFlow Hub and Kaggle. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { goldenPath } from '@bertune/testkit';

import { SourceError } from '../../src/sources/errors.js';
import { resolveSource } from '../../src/sources/sources.node.js';
import type { ResolveOptions, SourceProgress } from '../../src/sources/sources.js';
import { FileServer, send } from './file-server.js';
import { makeTar, makeZip, membersOf } from './make-archive.js';
import { QUICK, useTemporaryFolder } from './temporary.js';

const folder = useTemporaryFolder();
const server = new FileServer();
const model = (name: string): string => goldenPath(`model/tiny-gelu/${name}`);
const get = (source: string, options: ResolveOptions = {}): Promise<string> =>
  resolveSource(source, options, QUICK);
const savedModel = gzipSync(
  makeTar([{ name: 'saved_model.pb', content: 'pb' }, ...membersOf(model('tf2-savedmodel-hub'))]),
);

async function failure(work: Promise<unknown>): Promise<SourceError> {
  const error = await work.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SourceError)) throw error;
  return error;
}

const same = (path: string, name: string, original: string): void =>
  expect(readFileSync(join(path, name)).equals(readFileSync(join(model(original), name)))).toBe(true);

beforeAll(() => server.start());
afterAll(() => server.close());
beforeEach(() => {
  server.files = {};
  server.requests.length = 0;
  server.authorizations.length = 0;
});

describe('the address of', () => {
  it('a folder brings config, one format of weights and the tokenizer, once', async () => {
    server.add('/models/tiny', [...membersOf(model('hf')), { name: 'pytorch_model.bin', content: 'x' }]);
    const path = await get(`${server.url}/models/tiny/`);
    expect(readdirSync(path).sort()).toEqual(readdirSync(model('hf')).sort());
    same(path, 'model.safetensors', 'hf');
    server.requests.length = 0;
    expect(await get(`${server.url}/models/tiny/`)).toBe(path);
    expect(server.requests.filter((line) => line.startsWith('GET'))).toEqual([]);
  });

  it('a folder whose file has changed brings a new one, and the old one stays for who uses it', async () => {
    server.add('/tiny', membersOf(model('hf')));
    const before = await get(`${server.url}/tiny`);
    server.files['/tiny/vocab.txt'] = Buffer.from('[PAD]');
    const after = await get(`${server.url}/tiny`);
    expect(after).not.toBe(before);
    expect(readFileSync(join(after, 'vocab.txt'), 'utf8')).toBe('[PAD]');
    same(before, 'vocab.txt', 'hf');
  });

  it('a folder with shards, or a SavedModel, brings all of them', async () => {
    server.add('/sharded', membersOf(model('hf-sharded')));
    same(await get(`${server.url}/sharded`), 'model-00003-of-00003.safetensors', 'hf-sharded');
    server.add('/saved', [
      { name: 'saved_model.pb', content: 'pb' },
      ...membersOf(model('tf2-savedmodel-hub')),
    ]);
    for (const name of ['', '/saved_model.pb'])
      same(
        await get(`${server.url}/saved${name}`),
        'variables/variables.data-00000-of-00001',
        'tf2-savedmodel-hub',
      );
    Reflect.deleteProperty(server.files, '/sharded/model-00002-of-00003.safetensors');
    server.files['/sharded/vocab.txt'] = Buffer.from('new');
    const error = await failure(get(`${server.url}/sharded`));
    expect([error.code, error.message]).toEqual([
      'not-found',
      expect.stringContaining('model-00002-of-00003.safetensors'),
    ]);
  });

  it('weights brings what lies beside them', async () => {
    server.add(
      '/tiny',
      membersOf(model('hf')).map(({ name, content = '' }) => ({
        name: name.replace(/^model\./, 'weights.'),
        content,
      })),
    );
    const path = await get(`${server.url}/tiny/weights.safetensors?key=1`);
    expect(basename(path)).toBe('weights.safetensors');
    expect(existsSync(join(path, '..', 'config.json'))).toBe(true);
    expect(server.requests.every((line) => line.endsWith('?key=1'))).toBe(true);
  });

  it('an archive, by its name or by its type, unpacks it', async () => {
    const zip = makeZip(membersOf(model('hf'), 'inside/'));
    server.files['/release/bert.zip'] = zip;
    server.files['/download?id=7'] = (request, response) => send(zip, request, response, 'application/zip');
    const told: SourceProgress[] = [];
    for (const address of ['/release/bert.zip', '/download?id=7'])
      same(
        await get(server.url + address, { onProgress: (progress) => told.push(progress) }),
        'model.safetensors',
        'hf',
      );
    expect(new Set(told.map(({ stage }) => stage))).toEqual(new Set(['downloading', 'extracting']));
    expect(
      readdirSync(join(folder(), 'bertune', 'models'), { recursive: true }).filter((name) =>
        /archive$|partial|lock/.test(String(name)),
      ),
    ).toEqual([]);
    server.requests.length = 0;
    await get(`${server.url}/release/bert.zip`);
    expect(server.requests).toEqual(['HEAD /release/bert.zip']);
    server.files['/release/bert.zip'] = makeZip(membersOf(model('hf-sharded')));
    same(await get(`${server.url}/release/bert.zip`), 'model-00001-of-00003.safetensors', 'hf-sharded');
  });

  it('an archive whose download was cut off goes on, also where only GET is known', async () => {
    const ranges: (string | undefined)[] = [];
    server.files['/bert.tar.gz'] = (request, response) => {
      if (request.method === 'HEAD') return void response.writeHead(405).end();
      ranges.push(request.headers.range);
      if (ranges.length !== 2) {
        send(savedModel, request, response);
        return;
      }
      response.writeHead(200, { 'content-length': savedModel.length });
      response.write(savedModel.subarray(0, 5000), () => setTimeout(() => response.destroy(), 20));
    };
    same(await get(`${server.url}/bert.tar.gz`), 'variables/variables.index', 'tf2-savedmodel-hub');
    expect(ranges).toEqual(['bytes=0-0', undefined, 'bytes=5000-']);
  });

  it('nothing, a page, or a place without a model says so', async () => {
    server.files['/page'] = (request, response) =>
      send(Buffer.from('<html>'), request, response, 'text/html');
    server.add('/half', [{ name: 'config.json', content: '{}' }]);
    server.files['/private.zip'] = (_, response) => void response.writeHead(403).end();
    server.files['/page.zip'] = Buffer.from('<!doctype html><title>Sign in</title>');
    for (const [path, code, remark] of [
      ['/nothing', 'no-model', 'found no file of a model'],
      ['/page', 'no-model', 'found no file of a model'],
      ['/half', 'no-model', 'found config.json'],
      ['/nothing.zip', 'not-found', 'status 404'],
      ['/private.zip', 'forbidden', 'status 403'],
      ['/page.zip', 'archive-invalid', 'page of HTML'],
    ] as const) {
      const error = await failure(get(server.url + path));
      expect([path, error.code, error.message]).toEqual([path, code, expect.stringContaining(remark)]);
    }
  });

  it('with escapes that are none is taken as it is', async () => {
    expect((await failure(get(`${server.url}/%zz`))).code).toBe('no-model');
    expect((await failure(get(`${server.url}/%zz.zip`))).code).toBe('not-found');
  });

  it('what is in the cache is used when the server is away, or the network is not to be used', async () => {
    server.add('/tiny', membersOf(model('hf')));
    server.files['/bert.zip'] = makeZip(membersOf(model('hf')));
    const paths = [await get(`${server.url}/tiny`), await get(`${server.url}/bert.zip`)];
    const away = (): void => {
      const refuse = (_: unknown, response: { writeHead(status: number): { end(): void } }): void =>
        response.writeHead(503).end();
      for (const name of Object.keys(server.files)) server.files[name] = refuse;
    };
    away();
    expect([await get(`${server.url}/tiny`), await get(`${server.url}/bert.zip`)]).toEqual(paths);
    server.requests.length = 0;
    expect(await get(`${server.url}/tiny`, { offline: true })).toBe(paths[0]);
    expect((await failure(get(`${server.url}/other`, { offline: true }))).code).toBe('offline');
    expect(server.requests).toEqual([]);
  });
});

describe('a handle', () => {
  const path = '/api/v1/models/tensorflow/bert/tensorFlow2/en-uncased/3/download';

  it('of TensorFlow Hub is asked for as an archive', async () => {
    server.files['/tensorflow/bert_en_uncased_L-12_H-768_A-12/4?tf-hub-format=compressed'] = (_, response) =>
      void response.writeHead(302, { location: '/storage/4.tar.gz' }).end();
    server.files['/storage/4.tar.gz'] = savedModel;
    process.env.TFHUB_ENDPOINT = server.url;
    const found = await get('https://tfhub.dev/tensorflow/bert_en_uncased_L-12_H-768_A-12/4');
    same(found, 'variables/variables.index', 'tf2-savedmodel-hub');
  });

  it('of Kaggle comes as name or page, with the account, and without a version as the newest', async () => {
    server.files[path] = savedModel;
    server.files['/api/v1/models/tensorflow/bert/tensorFlow2/en-uncased/get'] = (_, response) =>
      void response.end(JSON.stringify({ versionNumber: 3 }));
    process.env.KAGGLE_API_ENDPOINT = server.url;
    Object.assign(process.env, { KAGGLE_USERNAME: 'me', KAGGLE_KEY: 'secret' });
    for (const source of [
      'tensorflow/bert/tensorFlow2/en-uncased/3',
      'tensorflow/bert/tensorFlow2/en-uncased',
      'https://www.kaggle.com/models/tensorflow/bert/frameworks/TensorFlow2/variations/en-uncased/versions/3',
      'https://kaggle.com/models/tensorflow/bert/TensorFlow2/en-uncased/3',
    ])
      same(await get(source), 'variables/variables.index', 'tf2-savedmodel-hub');
    expect(new Set(server.authorizations)).toEqual(new Set([`Basic ${btoa('me:secret')}`]));
  });

  it('that Kaggle refuses says what to do', async () => {
    const answer = (status: number): void => {
      server.files[path] = (_, response) => void response.writeHead(status).end();
    };
    const ask = (): Promise<SourceError> =>
      failure(get('tensorflow/bert/tensorFlow2/en-uncased/3', { endpoint: server.url }));
    process.env.KAGGLE_CONFIG_DIR = folder();
    answer(403);
    let error = await ask();
    expect([error.code, error.message]).toEqual(['unauthorized', expect.stringContaining('KAGGLE_USERNAME')]);
    Object.assign(process.env, { KAGGLE_USERNAME: 'me', KAGGLE_KEY: 'secret' });
    error = await ask();
    expect([error.code, error.message]).toEqual([
      'gated',
      expect.stringContaining('/models/tensorflow/bert signed in'),
    ]);
    answer(404);
    error = await ask();
    expect([error.code, error.message]).toEqual([
      'not-found',
      expect.stringContaining('no such model, variation or version'),
    ]);
  });
});
