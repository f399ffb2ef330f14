/** How threads begin and end: back-pressure, breaking off, abort, death, and that no process hangs. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import type { ChunkWorker } from '../src/corpus/chunk-worker.js';
import type { TextChunk, WorkerSetup } from '../src/corpus/encoded-chunk.js';
import { inOrder } from '../src/corpus/in-order.js';
import { Stop } from '../src/corpus/stop.js';
import { startWorker } from '../src/corpus/worker-thread.node.js';
import { BertTokenizer, encodeCorpus, encodeFile } from '../src/index.js';
import { allRows, fileOf, someTexts } from './corpus-text.js';
import { smallVocabulary } from './small-vocabulary.js';

const tokenizer = new BertTokenizer(smallVocabulary);

/** Threads of this process that run the corpus program; they show as open message ports. */
const openPorts = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;

/** An endless source that notes how far it was read and whether it was closed. */
function endless(): { texts: AsyncGenerator<string, void>; taken: () => number; closed: () => boolean } {
  let taken = 0;
  let closed = false;
  async function* generate(): AsyncGenerator<string, void> {
    try {
      for (;;) {
        await Promise.resolve();
        taken += 1;
        yield 'great movie';
      }
    } finally {
      closed = true;
    }
  }
  return { texts: generate(), taken: () => taken, closed: () => closed };
}

describe('an endless corpus', () => {
  it.each([0, 2])('is read only as far as asked, and closed on break: %d workers', async (workers) => {
    const { texts, taken, closed } = endless();
    let batches = 0;
    for await (const batch of encodeCorpus(tokenizer, texts, { workers, chunkSize: 110 })) {
      expect(batch.texts).toBe(10);
      await new Promise((resolve) => setTimeout(resolve, 5));
      batches += 1;
      // What was given, four chunks per worker, and one that is being fetched.
      expect(taken()).toBeLessThanOrEqual(10 * (batches + Math.max(1, 4 * workers) + 1));
      if (batches === 20) break;
    }
    expect(closed()).toBe(true);
    expect(openPorts()).toBe(0);
  });

  it.each([0, 2])('ends when the signal says so: %d workers', async (workers) => {
    const { texts, closed } = endless();
    const controller = new AbortController();
    const reason = new Error('enough');
    let batches = 0;
    const iterate = async (): Promise<void> => {
      for await (const _batch of encodeCorpus(tokenizer, texts, {
        workers,
        chunkSize: 110,
        signal: controller.signal,
      })) {
        batches += 1;
        if (batches === 5) controller.abort(reason);
      }
    };
    await expect(iterate()).rejects.toMatchObject({ code: 'aborted', cause: reason });
    expect(batches).toBe(5);
    // Nobody waits for the source to end: it might be waiting for something itself.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(closed()).toBe(true);
    expect(openPorts()).toBe(0);
  });

  it('ends when the receiver throws', async () => {
    const { texts, closed } = endless();
    const iterate = async (): Promise<void> => {
      for await (const _batch of encodeCorpus(tokenizer, texts, { workers: 2, chunkSize: 110 }))
        throw new Error('mine');
    };
    await expect(iterate()).rejects.toThrow('mine');
    expect(closed()).toBe(true);
  });

  it('begins nothing when the signal has come before', async () => {
    const { texts, taken } = endless();
    const batches = encodeCorpus(tokenizer, texts, { workers: 2, signal: AbortSignal.abort() });
    await expect(batches.next()).rejects.toMatchObject({ code: 'aborted' });
    expect(taken()).toBe(0);
  });
});

it('a source that never answers does not hold up an abort, nor results that are there', async () => {
  async function* stuck(): AsyncGenerator<string, void> {
    yield 'great movie';
    await new Promise(() => undefined);
  }
  const controller = new AbortController();
  const batches = encodeCorpus(tokenizer, stuck(), { workers: 2, chunkSize: 1, signal: controller.signal });
  expect((await batches.next()).value).toMatchObject({ texts: 1 });
  setTimeout(() => controller.abort(), 20);
  await expect(batches.next()).rejects.toMatchObject({ code: 'aborted' });
});

it('what the source throws comes out, after what it gave before', async () => {
  async function* failing(): AsyncGenerator<string, void> {
    await Promise.resolve();
    yield 'great movie';
    throw new Error('source is gone');
  }
  const batches = encodeCorpus(tokenizer, failing(), { workers: 1, chunkSize: 1 });
  await expect(allRows(batches)).rejects.toThrow('source is gone');
});

describe('a thread that dies', () => {
  it.each([
    ['exit', 'ended with code 3'],
    ['throw', 'no more room'],
  ])('by %s', async (how, message) => {
    const setup = { vocabulary: [how] } as unknown as WorkerSetup;
    const worker = startWorker(setup, new URL('threads/dies.mjs', import.meta.url));
    const chunk = (): TextChunk => ({ kind: 'texts', text: 'x', lengths: Int32Array.of(1) });
    worker.hold(true);
    const both = [worker.encode(chunk()), worker.encode(chunk())];
    for (const result of both) {
      await expect(result).rejects.toMatchObject({
        code: 'worker-failed',
        message: expect.stringContaining(message),
      });
    }
    await expect(worker.encode(chunk())).rejects.toMatchObject({ code: 'worker-failed' });
    await worker.close();
  });

  it('ends the whole, others and the source included', async () => {
    let closed = 0;
    let started = 0;
    const start = (): ChunkWorker => {
      const index = started++;
      return {
        busy: 1,
        encode: () =>
          index === 0
            ? new Promise((_, reject) => setTimeout(() => reject(new Error('died')), 10))
            : new Promise(() => undefined),
        hold: () => undefined,
        close: () => {
          closed += 1;
          return Promise.resolve();
        },
      };
    };
    const { texts, closed: sourceClosed } = endless();
    const results = inOrder({
      source: texts,
      toSend: (text) => ({ kind: 'texts', text, lengths: Int32Array.of(text.length) }),
      startWorker: start,
      workers: 3,
      stop: new Stop(undefined),
    });
    await expect(results.next()).rejects.toThrow('died');
    expect([started, closed, sourceClosed()]).toEqual([3, 3, true]);
  });
});

describe('a process', () => {
  const run = (code: string): string => {
    const index = new URL('../dist/index.js', import.meta.url).href;
    const program = `import { BertTokenizer, encodeCorpus, encodeFile } from ${JSON.stringify(index)};
      const tokenizer = new BertTokenizer(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a']);
      ${code}`;
    return execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 30_000,
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    }).trim();
  };

  it('ends after the last batch, after a break, and with an iteration left where it is', () => {
    expect(
      run(`
        const texts = new Array(100).fill('a');
        let rows = 0;
        for await (const batch of encodeCorpus(tokenizer, texts, { workers: 2, chunkSize: 10 })) rows += batch.rows;
        for await (const batch of encodeCorpus(tokenizer, texts, { workers: 2, chunkSize: 10 })) break;
        const left = encodeCorpus(tokenizer, texts, { workers: 2, chunkSize: 10 });
        rows += (await left.next()).value.rows;
        console.log(rows);`),
    ).toBe('110');
  });

  it('does not end while a batch is waited for', () => {
    expect(
      run(`
        const batches = encodeCorpus(tokenizer, ['a '.repeat(100000)], { workers: 1 });
        batches.next().then(({ value }) => console.log(value.inputIds.length));`),
    ).toBe('100002');
  });
});

it('a line of 20 MB goes through as one text', async () => {
  const path = fileOf('great movie '.repeat(20_000_000 / 12));
  const [row] = await allRows(encodeFile(tokenizer, path, { workers: 1, maxLength: 8 }));
  expect(row).toHaveLength(8);
});

it('threads that were not needed are not started', async () => {
  expect(await allRows(encodeCorpus(tokenizer, someTexts(10), { workers: 500 }))).toHaveLength(10);
});
