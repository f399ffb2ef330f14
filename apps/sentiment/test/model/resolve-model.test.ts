/** What `--model` names, in the words of the command line. */
import { cpSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { goldenPath } from '@bertune/testkit';

import { main } from '../../src/main.js';
import { resolveModel } from '../../src/model/resolve-model.js';
import { storedOptions } from '../../src/training/resume.js';
import { temporaryFolder } from '../helpers/files.js';
import { recordedIo } from '../helpers/io.js';

const golden = goldenPath('model/tiny-gelu/hf');
const commit = 'c'.repeat(40);
const names = ['config.json', 'model.safetensors', 'vocab.txt', 'tokenizer_config.json'];

/** As much of a hub as one model needs. */
const server: Server = createServer((request, response) => {
  const path = request.url ?? '';
  if (path.startsWith('/api/models/acme/tiny/revision/'))
    return void response.end(
      JSON.stringify({ sha: commit, siblings: names.map((rfilename) => ({ rfilename })) }),
    );
  const name = path.startsWith(`/acme/tiny/resolve/${commit}/`) ? (path.split('/').at(-1) ?? '') : '';
  if (!names.includes(name)) return void response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end();
  const bytes = readFileSync(join(golden, name));
  response.writeHead(200, { etag: `"${name}"`, 'content-length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
});

const saved = { ...process.env };
let folder: string;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  folder = temporaryFolder();
  process.env.HF_HUB_CACHE = join(folder, 'hub');
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const name of ['HF_HUB_CACHE', 'HF_ENDPOINT']) {
    if (saved[name] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = saved[name];
  }
});

describe('--model', () => {
  it('takes an id of the hub, says what comes and where to, and is silent the next time', async () => {
    const first = recordedIo(folder);
    expect(await main(['tokenize', '--model', 'acme/tiny', 'hello'], first)).toBe(0);
    expect(first.err()).toMatch(/fetching acme\/tiny, 0\.1 MB, once, to .*models--acme--tiny/);
    const second = recordedIo(folder);
    expect(await main(['tokenize', '--model', 'acme/tiny@main', 'hello'], second)).toBe(0);
    expect(second.err()).toBe('');
    expect(second.out()).toBe(first.out());
  });

  it('takes a folder, from where the user stands', async () => {
    mkdirSync(join(folder, 'runs'));
    cpSync(golden, join(folder, 'runs', 'first'), { recursive: true });
    expect(await resolveModel('runs/first', recordedIo(folder))).toBe(join(folder, 'runs', 'first'));
    const io = recordedIo(folder);
    expect(await main(['tokenize', '--model', './runs/frist', 'hello'], io)).toBe(2);
    expect(io.err()).toContain('Did you mean runs/first?');
    const bare = recordedIo(folder);
    expect(await main(['tokenize', '--model', 'runs/frist', 'hello'], bare)).toBe(2);
    expect(bare.err()).toContain('There is no folder runs/frist here either. Did you mean runs/first?');
  });

  it('is stored for a resumed run as what it is', () => {
    mkdirSync(join(folder, 'model'));
    const stored = (model: string): unknown =>
      storedOptions({ model, classWeights: 'none' } as Parameters<typeof storedOptions>[0], folder, 'cpu')
        .model;
    expect([stored('model'), stored('acme/tiny')]).toEqual([join(folder, 'model'), 'acme/tiny']);
  });
});
