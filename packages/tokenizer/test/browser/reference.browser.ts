/**
 * The reference's cases in a page and in a module worker of a real browser: files fetched by `fromPretrained(url)`, calls
 * made by the minified bundle, answers judged here by the checks of `reference.test.ts`. Runs as `pnpm test:browser`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import type { BertTokenizer, loadFidelity } from '../../src/index.js';
import { checkDecodeCase, checkEncodeCase, failures, readCases } from '../reference-cases.js';
import type { DecodeCase, EncodeCase } from '../reference-cases.js';
import { casesFolder, referenceTokenizers, tokenizerOf } from '../reference-tokenizers.js';
import { bundleForBrowser } from './bundle.js';
import type { Answer, Call, makeCalls } from './calls.js';
import { findChromium, startChromium } from './chromium.js';
import { recording, replaying } from './replay.js';
import { serve, type Server } from './serve.js';
import type { digestAll } from '../words-around.js';

const executable = findChromium();
const run = executable === undefined ? describe.skip : describe;

const encodeCases = readCases<EncodeCase>(`${casesFolder}/encode.jsonl.gz`);
const decodeCases = readCases<DecodeCase>(`${casesFolder}/decode.jsonl.gz`);

/** A module worker that makes the calls it is sent. */
const WORKER = `
import { makeCalls } from './calls.ts';
addEventListener('message', ({ data: { base, calls } }) => {
  makeCalls(base, calls).then((answers) => postMessage({ answers }), (error) => postMessage({ error: String(error) }));
});`;

/** Runs every case on the tokenizers given; the names of those that fail. */
function check(tokenizer: (name: string) => ReturnType<typeof tokenizerOf>): string[] {
  return [
    ...failures(encodeCases, (item) => checkEncodeCase(tokenizer(item.tok), item)),
    ...failures(decodeCases, (item) => checkDecodeCase(tokenizer(item.tok), item)),
  ];
}

/** The same on what a browser answered. */
function checkAnswers(json: string): string[] {
  const answers = JSON.parse(json) as Answer[];
  expect(answers).toHaveLength(calls.length);
  const replayed = replaying(answers.values());
  return check(() => replayed);
}

interface CodePointDigests {
  readonly block: number;
  readonly settings: Readonly<
    Record<string, { lowercase: boolean; stripAccents: boolean | null; digests: string[] }>
  >;
}

const calls: Call[] = [];
let folder: string;
let server: Server;
let browser: Browser;
let page: Page;
const errors: string[] = [];

run('in Chromium (needs one: apt-get install chromium, or BERTUNE_CHROMIUM with its path)', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bertune-browser-'));
    for (const [name, tokenizer] of referenceTokenizers) await tokenizer.savePretrained(join(folder, name));
    expect(check((name) => recording(name, tokenizerOf(name), calls))).toEqual([]);
    const main = await bundleForBrowser(
      '/tokenizer.js',
      `export { BertTokenizer, loadFidelity } from '@bertune/tokenizer'; export { makeCalls } from './calls.ts';
      export { digestAll } from '../words-around.ts'`,
    );
    const worker = await bundleForBrowser('/worker.js', WORKER);
    server = await serve(
      {
        '/index.html': '<!doctype html><link rel="icon" href="data:,"><title>tokenizer</title>',
        ...main.modules,
        ...worker.modules,
      },
      folder,
    );
    browser = await startChromium(executable ?? '');
    page = await browser.newPage();
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${server.url}/index.html`);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a page gives what the reference gives', async () => {
    const answers = await page.evaluate(
      async ([base, json]) => {
        const path = '/tokenizer.js';
        const module = (await import(path)) as { makeCalls: typeof makeCalls };
        return module.makeCalls(base, json);
      },
      [server.url, JSON.stringify(calls)] as const,
    );
    expect(calls.length).toBeGreaterThan(1000);
    expect(checkAnswers(answers).slice(0, 10)).toEqual([]);
    expect(server.requests).toContain('/uncased/vocab.txt');
  });

  it('a module worker gives what the reference gives', async () => {
    const answers = await page.evaluate(
      ([base, json]) =>
        new Promise<string>((resolve, reject) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.addEventListener('error', ({ message }) => reject(new Error(`worker: ${message}`)));
          worker.addEventListener(
            'message',
            ({ data }: MessageEvent<{ answers?: string; error?: string }>) =>
              data.answers === undefined ? reject(new Error(data.error)) : resolve(data.answers),
          );
          worker.postMessage({ base, calls: json });
        }),
      [server.url, JSON.stringify(calls)] as const,
    );
    expect(checkAnswers(answers).slice(0, 10)).toEqual([]);
  });

  it('every code point is what it is to the reference, in the Unicode of this browser', async () => {
    const golden = new URL('../golden/code-points.json', import.meta.url);
    const { block, settings } = JSON.parse(readFileSync(golden, 'utf8')) as CodePointDigests;
    for (const [name, { lowercase, stripAccents, digests }] of Object.entries(settings)) {
      const found = await page.evaluate(
        async ([size, lower, strip]) => {
          const path = '/tokenizer.js';
          const module = (await import(path)) as { digestAll: typeof digestAll };
          return module.digestAll(size, lower, strip);
        },
        [block, lowercase, stripAccents ?? lowercase] as const,
      );
      expect([name, ...found]).toEqual([name, ...digests]);
    }
  });

  it('other fidelities are loaded when asked for', async () => {
    const found = await page.evaluate(async (base) => {
      const path = '/tokenizer.js';
      const module = (await import(path)) as {
        BertTokenizer: typeof BertTokenizer;
        loadFidelity: typeof loadFidelity;
      };
      const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '\u03bf\u03b4\u03bf\u03c2', 'strasse'];
      const tokens = (fidelity: 'google' | 'tensorflow-text', text: string): string => {
        try {
          return new module.BertTokenizer(vocabulary, { fidelity })
            .encode(text)
            .tokens.slice(1, -1)
            .join(' ');
        } catch (error) {
          return String(error);
        }
      };
      const before = tokens('google', '\u039f\u0394\u039f\u03a3');
      await module.loadFidelity('google');
      const file = await module.BertTokenizer.fromPretrained(`${base}/uncased`, { fidelity: 'google' });
      return [
        before,
        tokens('google', '\u039f\u0394\u039f\u03a3'),
        tokens('tensorflow-text', 'Stra\u00dfe'),
        file.settings.fidelity,
      ];
    }, server.url);
    expect(found[0]).toMatch(
      /fidelity: expected await loadFidelity\('google'\) before, in a browser, found "google"/,
    );
    expect(found.slice(1)).toEqual(['\u03bf\u03b4\u03bf\u03c2', 'strasse', 'google']);
  });

  it('a directory that is not there, and writing, are errors that say so', async () => {
    const codes = await page.evaluate(async (base) => {
      const path = '/tokenizer.js';
      const module = (await import(path)) as {
        BertTokenizer: typeof BertTokenizer;
      };
      const code = (work: Promise<unknown>): Promise<unknown> =>
        work.then(
          () => 'no error',
          (error: unknown) => (error as { code?: unknown }).code,
        );
      const tokenizer = await module.BertTokenizer.fromPretrained(`${base}/uncased/`);
      return [
        await code(module.BertTokenizer.fromPretrained(`${base}/nowhere`)),
        await code(tokenizer.savePretrained(`${base}/elsewhere`)),
      ];
    }, server.url);
    expect(codes).toEqual(['file-missing', 'file-write']);
    expect(errors).toEqual([]);
  });
});
