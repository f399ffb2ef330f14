import { describe, expect, it } from '@jest/globals';

import { alternate } from '../src/alternate.js';
import { checkLosses, checkProbabilities, checkSums } from '../src/checks.js';
import { runChild, runJson } from '../src/child.js';
import { checkMixedPrecision } from '../src/gpu/mixed-precision.js';
import { largestBatch } from '../src/largest-batch.js';
import { findPeer } from '../src/peer.js';

const node = (code: string) => ({ name: 'side', command: process.execPath, args: ['-e', code] });

describe('alternation', () => {
  it('runs every side once a round, in turn, one at a time', async () => {
    const order: string[] = [];
    let running = 0;
    const side = (name: string) => ({
      name,
      run: async (round: number) => {
        expect(++running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
        order.push(`${name}${round}`);
        return `${name}${round}`;
      },
    });
    const seen: string[] = [];
    const results = await alternate(3, [side('ours'), side('peer')], (name, round) =>
      seen.push(`${name}${round}`),
    );
    expect(order).toEqual(['ours0', 'peer0', 'ours1', 'peer1', 'ours2', 'peer2']);
    expect(seen).toEqual(order);
    expect(results).toEqual({ ours: ['ours0', 'ours1', 'ours2'], peer: ['peer0', 'peer1', 'peer2'] });
  });
});

describe('a side in a process of its own', () => {
  it('gives the JSON of its last line and the memory it took', async () => {
    const code = `const held = Buffer.alloc(150e6, 1); console.log('noise'); setTimeout(() => console.log(JSON.stringify({ size: held.length })), 200)`;
    const { result, child } = await runJson<{ size: number }>(node(code));
    expect(result).toEqual({ size: 150e6 });
    expect(child.wallSeconds).toBeGreaterThan(0.2);
    if (process.platform === 'linux') expect(child.peakMb).toBeGreaterThan(150);
  });

  it('that fails is an error with what it wrote', async () => {
    await expect(runJson(node(`console.error('no such weights'); process.exit(3)`))).rejects.toMatchObject({
      code: 'side-failed',
      message: expect.stringMatching(/status 3[^]*no such weights/),
    });
    await expect(runJson(node(`console.log('not JSON')`))).rejects.toMatchObject({ code: 'side-failed' });
    await expect(runJson({ name: 'side', command: '/no/such/program', args: [] })).rejects.toMatchObject({
      code: 'side-failed',
      message: expect.stringContaining('/no/such/program'),
    });
  });

  it('is stopped when it exceeds a memory limit', async () => {
    if (process.platform !== 'linux') return;
    const code = `globalThis.held = Buffer.alloc(300e6, 1); setTimeout(() => undefined, 60_000)`;
    const result = await runChild({ ...node(code), limitMb: 200 });
    expect(result.exceeded).toBe(true);
    expect(result.wallSeconds).toBeLessThan(30);
  });
});

describe('the largest batch', () => {
  it.each([1, 7, 8, 9, 40, 100, 1000])('that fits is found within an eighth when %d fit', async (limit) => {
    const tried: number[] = [];
    const found = await largestBatch(8, (batch) => {
      tried.push(batch);
      return Promise.resolve(batch <= limit);
    });
    expect(found).toBeLessThanOrEqual(limit);
    expect(found).toBeGreaterThanOrEqual(Math.floor(limit * 0.85));
    expect(new Set(tried).size).toBe(tried.length);
  });

  it('is none when not even one example fits', async () => {
    expect(await largestBatch(8, () => Promise.resolve(false))).toBe(0);
  });
});

describe('figures that cannot be right', () => {
  const timing = { times_ms: [1], first_ms: 1, peak_rss_mb: 1, engine: 'x', versions: {} };

  it('are refused: losses far from ln 2 or not finite', () => {
    const check = (first_loss: number, last_loss: number) => () =>
      checkLosses('ours', { ...timing, first_loss, last_loss });
    expect(check(0.69, 0.66)).not.toThrow();
    expect(check(NaN, 0.69)).toThrow(/ours: first loss NaN/);
    expect(check(0.69, Infinity)).toThrow(/last loss Infinity/);
    expect(check(0.69, 0)).toThrow(/above 0/);
  });

  it('are refused: bfloat16 that computes what TF32 does', () => {
    expect(() => checkMixedPrecision('L4', { bf16: 0.69 })).not.toThrow();
    expect(() => checkMixedPrecision('L4', { fp32: 0.7, tf32: 0.69, bf16: 0.691 })).not.toThrow();
    expect(() => checkMixedPrecision('L4', { fp32: 0.7, tf32: 0.69, bf16: 0.69 })).toThrow(/mixedPrecision/);
  });

  it('are refused: probabilities that do not sum to 1', () => {
    expect(() => checkProbabilities('peer', { ...timing, mean_probability: 0.5 })).not.toThrow();
    expect(() => checkProbabilities('peer', { ...timing, mean_probability: NaN })).toThrow(/peer/);
  });
});

describe('loads', () => {
  const timing = { times_ms: [1], first_ms: 1, peak_rss_mb: 1, added_mb: 1, engine: 'x', versions: {} };
  const loaded = (...sums: number[]) => sums.map((checksum) => ({ ...timing, checksum }));

  it('are refused whose values differ, or are not numbers', () => {
    const check = (ours: number[], peer: number[]) => () =>
      checkSums('pickle', { ours: loaded(...ours), peer: loaded(...peer) });
    expect(check([41.5, 41.5], [41.5 + 1e-9])).not.toThrow();
    expect(check([41.5], [41.6])).toThrow(
      /pickle: the pooler's weight sums to 41.6 after one load and to 41.5/,
    );
    expect(check([41.5, 0], [])).toThrow(/sums to 0/);
    expect(check([NaN], [NaN])).toThrow(/NaN/);
  });
});

describe('the peer', () => {
  it('that is not there is explained, with how to get it', async () => {
    const search = await findPeer({});
    expect(search.peer).toBeUndefined();
    expect(search).toMatchObject({
      missing: expect.stringMatching(/PEER_PYTHON is not set[^]*pip install torch/),
    });
  });

  it('that cannot be run is named', async () => {
    expect(await findPeer({ PEER_PYTHON: '/no/such/python' })).toMatchObject({
      peer: undefined,
      missing: expect.stringContaining('PEER_PYTHON=/no/such/python cannot be run'),
    });
  });
});
