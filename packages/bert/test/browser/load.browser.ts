/**
 * A model loaded over HTTP in a real browser: fetched once, with progress, then read from the browser's own disk, and
 * the same hidden states either way. Runs as `pnpm test:browser`.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { expectClose, goldenPath, readTensors } from '@bertune/testkit';

import { FileServer, send } from '../sources/file-server.js';
import { membersOf } from '../sources/make-archive.js';
import { bundleForBrowser } from './bundle.js';
import { findChromium, startChromium } from './chromium.js';

const executable = findChromium();
const run = executable === undefined ? describe.skip : describe;
const expected = readTensors(goldenPath('model/tiny-gelu/expected.safetensors'));
const inputs = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
  expected.get(`right-padded/${name}`)!,
);
const weights = '/tiny/model.safetensors';

/** What a page computes and hears of while it loads. */
interface Loaded {
  readonly hidden: number[];
  readonly progress: { readonly file: string; readonly done: number; readonly total?: number }[];
}

const PAGE = `
import { Bert } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';
export async function load(address, [ids, mask, types], shape) {
  await tf.setBackend('cpu');
  const progress = [];
  const bert = await Bert.fromPretrained(address, { onProgress: ({ file, done, total }) => progress.push({ file, done, total }) });
  const matrix = (data) => tf.tensor2d(data, shape, 'int32');
  const { lastHiddenState } = bert.encode({ inputIds: matrix(ids), attentionMask: matrix(mask), tokenTypeIds: matrix(types) });
  return { hidden: Array.from(lastHiddenState.dataSync()), progress };
}`;

const server = new FileServer();
let browser: Browser;
let page: Page;
const errors: string[] = [];

/** Loads the model in the page and holds its last hidden states against the reference. */
async function load(address: string): Promise<Loaded> {
  const loaded = await page.evaluate(
    async ([source, tensors, shape]) => {
      const path = '/bert.js';
      const module = (await import(path)) as { load: (...values: unknown[]) => Promise<Loaded> };
      return module.load(source, tensors, shape);
    },
    [address, inputs.map(({ data }) => [...data]), inputs[0].shape] as const,
  );
  const { data } = expected.get('right-padded/last_hidden_state')!;
  expectClose(loaded.hidden, data, { atol: 5e-5 }, address);
  return loaded;
}

const gets = (): string[] => server.requests.splice(0).filter((line) => line === `GET ${weights}`);

run('in Chromium (needs one: apt-get install chromium, or BERTUNE_CHROMIUM with its path)', () => {
  beforeAll(async () => {
    await server.start();
    server.add('/tiny', membersOf(goldenPath('model/tiny-gelu/hf')));
    const module = Buffer.from(await bundleForBrowser(PAGE));
    server.files['/bert.js'] = (request, response) => send(module, request, response, 'text/javascript');
    const html = Buffer.from('<!doctype html><link rel="icon" href="data:,"><title>bert</title>');
    server.files['/index.html'] = (request, response) => send(html, request, response, 'text/html');
    browser = await startChromium(executable ?? '');
  });

  beforeEach(async () => {
    await page?.context().close();
    page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${server.url}/index.html`);
    server.requests.length = 0;
  });

  afterAll(async () => {
    await browser?.close();
    await server.close();
    expect(errors).toEqual([]);
  });

  it('a model is fetched once, with progress, and comes from the disk the second time', async () => {
    const first = await load(`${server.url}/tiny`);
    expect(gets()).toHaveLength(1);
    const last = first.progress.filter(({ file }) => file === 'model.safetensors').at(-1);
    expect(last?.done).toBe((server.files[weights] as Buffer).length);
    expect(last?.total).toBe(last?.done);
    await page.reload();
    const second = await load('/tiny');
    expect(gets()).toEqual([]);
    expect(second.progress).toEqual([]);
    expect(second.hidden).toEqual(first.hidden);
  });

  it('and without the server; a changed file is fetched anew', async () => {
    await load(`${server.url}/tiny`);
    const files = { ...server.files };
    await page.route('**/tiny/**', (route) => route.abort('connectionrefused'));
    await load(`${server.url}/tiny`);
    await page.unroute('**/tiny/**');
    gets();
    server.files[weights] = (request, response) =>
      send(files[weights] as Buffer, request, response, 'application/octet-stream', '"2"');
    await load(`${server.url}/tiny`);
    expect(gets()).toHaveLength(1);
    await load(`${server.url}/tiny`);
    expect(gets()).toEqual([]);
    server.files = files;
  });

  it('a page that may keep nothing reads it from the server', async () => {
    await page.evaluate(() => Object.defineProperty(navigator, 'storage', { value: undefined }));
    await load(`${server.url}/tiny`);
    await load(`${server.url}/tiny`);
    expect(gets().length).toBeGreaterThanOrEqual(2);
  });

  it('a file of 64 MB is not held in memory to be read', async () => {
    const bytes = Buffer.alloc(64 * 2 ** 20, 7);
    server.files['/large'] = bytes;
    const code = Buffer.from(await bundleForBrowser(`export { files } from '#files';`));
    server.files['/files.js'] = (request, response) => send(code, request, response, 'text/javascript');
    const read = (): Promise<number[]> =>
      page.evaluate(async (address) => {
        const path = '/files.js';
        const { files } = (await import(path)) as {
          files: {
            open(
              path: string,
            ): Promise<{ size: number; read(target: Uint8Array, offset: number): Promise<void> }>;
          };
        };
        const file = await files.open(address);
        const target = new Uint8Array(4);
        await file.read(target, file.size - 4);
        return [file.size, ...target];
      }, `${server.url}/large`);
    expect(await read()).toEqual([bytes.length, 7, 7, 7, 7]);
    server.requests.length = 0;
    expect(await read()).toEqual([bytes.length, 7, 7, 7, 7]);
    expect(server.requests).toEqual(['HEAD /large']);
  });
});
