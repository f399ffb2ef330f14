/** What the tests of the hub share: a server with repositories of every kind, and a cache in a folder of each test. */
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';

import { SourceError } from '../../src/sources/errors.js';
import { resolveSource } from '../../src/sources/sources.node.js';
import type { ResolveOptions } from '../../src/sources/sources.js';
import { commitOf, HubServer, type Repository } from './hub-server.js';
import { QUICK, useTemporaryFolder } from './temporary.js';

export const text = (content: string): Buffer => Buffer.from(content);
/** Bytes that no format knows: nothing reads them here. */
export const weights = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251));
const tokenizer = { 'vocab.txt': text('[PAD]\n[UNK]\n'), 'tokenizer_config.json': text('{}') };
export const shard = (name: string): Buffer => Buffer.concat([text(name), weights.subarray(0, 1000)]);

function repository(name: string, files: Repository['files'], more: Partial<Repository> = {}): Repository {
  return {
    commit: commitOf(name),
    files: { 'config.json': text(`{"of":"${name}"}`), ...tokenizer, ...files },
    ...more,
  };
}

export const base = repository(
  'base',
  {
    'README.md': text('# BERT'),
    'model.safetensors': weights,
    'pytorch_model.bin': text('pickle'),
    'tf_model.h5': text('h5'),
    'onnx/model.onnx': text('onnx'),
  },
  { aliases: ['bert-base-uncased'] },
);

export const server = new HubServer({
  'google-bert/bert-base-uncased': base,
  'acme/sharded': repository('sharded', {
    'model.safetensors.index.json': text(
      JSON.stringify({
        weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
      }),
    ),
    'model-00001-of-00002.safetensors': shard('1'),
    'model-00002-of-00002.safetensors': shard('2'),
  }),
  'acme/climbing': repository('climbing', {
    'pytorch_model.bin.index.json': text(JSON.stringify({ weight_map: { a: '../../../../evil.bin' } })),
  }),
  'acme/secret': repository('secret', { 'model.safetensors': weights }, { access: 'private' }),
  'acme/asked': repository('asked', { 'model.safetensors': weights }, { access: 'gated' }),
  'acme/onnx-only': repository('onnx', { 'model.onnx': text('onnx') }),
  'acme/saved-model': repository('saved-model', {
    'saved_model.pb': text('pb'),
    'variables/variables.index': text('index'),
    'variables/variables.data-00000-of-00001': text('data'),
    'assets/vocab.txt': text('[PAD]\n'),
  }),
});

export const folder = useTemporaryFolder();
export const cache = (...names: string[]): string => join(folder(), 'hf', 'hub', ...names);
export const repo = (...names: string[]): string => cache('models--google-bert--bert-base-uncased', ...names);
export const ID = 'google-bert/bert-base-uncased';

export const get = (source = ID, options: ResolveOptions = {}): Promise<string> =>
  resolveSource(source, { endpoint: server.url, ...options }, QUICK);

/** The error of work that must be refused. */
export async function failure(work: Promise<unknown>): Promise<SourceError> {
  const error = await work.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SourceError);
  return error as SourceError;
}

beforeAll(() => server.start());
afterAll(() => server.close());
beforeEach(() => {
  server.seen.length = 0;
  server.faults = [];
});
