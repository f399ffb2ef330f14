import { findTensorFlow } from '@bertune/tensorflow';
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { detectGpu } from '../src/gpu/detect.js';
import { main } from '../src/main.js';
import { benchmarks } from '../src/registry.js';
import type { Report } from '../src/report.js';
import { recordedIo } from './io.js';

describe('the command line', () => {
  it.each([
    [['tokenise'], /no benchmark called tokenise/],
    [[], /which benchmark/],
    [['toString'], /no benchmark called toString/],
    [['train-step', '--round', '3'], /--round/],
    [['train-step', '--rounds', 'three'], /--rounds must be a number above 0, found three/],
    [['train-step', '--rounds', '1.5'], /whole number/],
    [['train-step', '--backend', 'webgl'], /--backend must be one of tensorflow, wasm, cpu/],
    [['memory', '--smoke', '--only', 'L24'], /no case of memory has L24/],
    [['train-step', 'memory'], /one benchmark at a time/],
  ])('refuses %j and lists the benchmarks', async (argv, message) => {
    const io = recordedIo();
    expect(await main(argv, io)).toBe(2);
    expect(io.errLines.join('\n')).toMatch(message);
    expect(io.errLines.join('\n')).toContain(
      'benchmarks: train-step, inference, finetune, memory, pretrain, tokenizer, load, transfer, gpu',
    );
    expect(io.outLines).toEqual([]);
  });

  it('helps', async () => {
    const io = recordedIo();
    expect(await main(['--help'], io)).toBe(0);
    for (const name of Object.keys(benchmarks)) expect(io.outLines.join('\n')).toContain(`  ${name}`);
  });
});

/** Runs a benchmark at tiny sizes and reads what it wrote. */
async function smoke(name: string, ...more: string[]): Promise<{ report: Report; err: string; out: string }> {
  const io = recordedIo();
  const code = await main([name, '--smoke', '--json', 'figures.json', ...more], io);
  const err = io.errLines.join('\n');
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  expect(readdirSync(io.cwd)).toEqual(['figures.json']);
  const report = JSON.parse(readFileSync(join(io.cwd, 'figures.json'), 'utf8')) as Report;
  return { report, err, out: io.outLines.join('\n') };
}

describe('a smoke run (our side as built in dist)', () => {
  it('of train-step compares with TensorFlow.js on wasm, and needs no Python', async () => {
    const { report, err, out } = await smoke('train-step', '--rounds', '2');
    expect(err).not.toContain('no peer');
    expect(report).toMatchObject({ benchmark: 'train-step', smoke: true, rounds: 2 });
    expect(report.command).toContain('pnpm bench train-step --smoke');
    expect(report.machine.cores).toBeGreaterThan(0);
    expect(report.versions).toMatchObject({
      node: process.versions.node,
      tfjs: expect.any(String),
    });
    expect(report.engines.ours).toContain('wasm');
    expect(report.rows).toHaveLength(3);
    for (const { name, ours, peer, unit, ratio, rounds } of report.rows) {
      expect({ name, unit }).toEqual({
        name: expect.stringContaining('train-step L1'),
        unit: expect.any(String),
      });
      expect(rounds.ratio).toEqual([rounds.peer[0] / rounds.ours[0], rounds.peer[1] / rounds.ours[1]]);
      expect([ours, peer, ratio].every((value) => (value ?? 0) > 0)).toBe(true);
    }
    expect(out).toContain('the figures mean nothing');
  });

  it('of inference without a peer prints ours and says what is missing', async () => {
    const { report, err } = await smoke('inference', '--backend', 'cpu');
    expect(err).toMatch(/no peer: PEER_PYTHON is not set[^]*pnpm bench inference/);
    expect(report.engines.ours).toContain('cpu');
    expect(report.rows[0]).toMatchObject({
      name: 'inference L1 D32 B2 T8',
      unit: 'ms',
      peer: null,
      ratio: null,
    });
    expect(report.rows[0].ours).toBeGreaterThan(0);
  });

  it('of memory measures with and without recomputed activations', async () => {
    const { report } = await smoke('memory');
    expect(report.rows.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      'memory L1 D32 B2 T8 MB',
      'memory L1 D32 B2 T8, step ms',
      'memory L1 D32 B2 T8, recompute MB',
      'memory L1 D32 B2 T8, recompute, step ms',
    ]);
    expect(report.rows[0].ours).toBeGreaterThan(30);
  });

  it('of pretrain without a peer prints tokens per second of ours', async () => {
    const { report } = await smoke('pretrain', '--backend', 'cpu', '--only', 'as Hugging Face');
    expect(report.rows).toHaveLength(1);
    expect(report.rows[0]).toMatchObject({
      name: 'pretrain L1 D32 B2 T8 V50, as Hugging Face trains',
      unit: 'tokens/s',
    });
    expect(report.rows[0].ours).toBeGreaterThan(0);
  });

  it('of finetune runs the app on the built-in reviews', async () => {
    const { report } = await smoke('finetune', '--only', 'max');
    expect(report.rows.map(({ name }) => name)).toEqual([
      'finetune, padding max',
      'finetune, padding max, accuracy',
      'finetune, padding max, peak memory',
    ]);
    expect(report.rows[1].ours).toBeGreaterThanOrEqual(0);
    expect(report.rows[1].ours).toBeLessThanOrEqual(1);
    expect(report.engines.ours).toContain('sentiment train on wasm');
  });

  it('of tokenizer compares with JavaScript where there is no Python, and measures growth, workers and training', async () => {
    const { report, err } = await smoke('tokenizer');
    expect(err).toMatch(/no peer: PEER_PYTHON is not set: it names a Python that has tokenizers/);
    expect(err).toContain('vocabulary: learnt from the built-in reviews');
    expect(err).toMatch(/reviews, ids and masks {2}20 texts, \d+ tokens, identical with javascript/);
    expect(report.engines.peer).toMatch(/^@huggingface\/tokenizers [\d.]+ \(JavaScript\)$/);
    const names = report.rows.map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual([
      'reviews, ids and masks, against JavaScript',
      'reviews, with offsets',
      'documents, ids and masks, against JavaScript',
      'documents, with offsets',
    ]);
    expect(names).toContain('marks on one letter, time per byte at 10 KB over 1 KB');
    expect(names.slice(-5)).toEqual([
      'corpus of 0.200 MB, 2 workers, against 1 worker',
      'corpus of 0.200 MB, 2 workers, against the calling thread',
      'corpus of 0.200 MB, 2 workers, peak memory over that of a tenth',
      'training on 0.100 MB',
      'training on 0.100 MB, peak memory',
    ]);
    for (const { ours, unit, better } of report.rows) {
      expect(ours).toBeGreaterThan(0);
      expect(better).toBe(unit === 'MB/s' ? 'higher' : 'lower');
    }
  });

  it('of load measures what there is no Python for alone, and leaves out what only Python writes', async () => {
    const { report, err } = await smoke('load');
    expect(err).toMatch(/no peer: PEER_PYTHON is not set: it names a Python that has torch/);
    expect(err).toMatch(
      /no peer: PEER_TENSORFLOW is not set[^]*pip install tensorflow-cpu[^]*pnpm bench load/,
    );
    expect(err).toMatch(/PyTorch's pickle, wasm, against torch.load: not measured/);
    expect(report.rows.map(({ name, unit }) => `${name} ${unit}`)).toEqual(
      [
        'safetensors, wasm, against safetensors',
        'safetensors, cpu, against safetensors',
        'safetensors, wasm, against transformers',
        "TensorFlow's checkpoint, wasm, against load_checkpoint",
      ].flatMap((name) => [`${name} ms`, `${name}, memory it adds MB`]),
    );
    for (const { ours, peer } of report.rows) {
      expect(ours).toBeGreaterThan(0);
      expect(peer).toBeNull();
    }
  });

  it('of gpu says so where there is none, and pretends no figures', async () => {
    if (await detectGpu()) return; // with one it would take minutes
    const { report, err } = await smoke('gpu');
    expect(err).toContain('no GPU at hand');
    expect(report.rows).toEqual([]);
  });
});

const { library } = await findTensorFlow();
const describeNative = library ? describe : describe.skip;
describeNative('a smoke run on native TensorFlow (needs libtensorflow)', () => {
  it.each(['train-step', 'inference', 'memory'])('of %s computes there', async (name) => {
    const { report } = await smoke(name, '--backend', 'tensorflow');
    expect(report.engines.ours).toContain('tensorflow, compiled');
    expect(report.versions).toHaveProperty('tensorflow');
    expect(report.rows[0].ours).toBeGreaterThan(0);
  });
});
