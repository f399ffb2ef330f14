import { describe, expect, it } from '@jest/globals';

import type { TrainingEstimate } from '../../src/estimate/estimate-training.js';
import { formatEstimate, formatOutcome, writtenBytes, writtenTime } from '../../src/estimate/format.js';
import { activationBytes, largestRows, memoryNeed, type ModelSizes } from '../../src/estimate/memory-need.js';
import { processMemory } from '../../src/estimate/process-memory.js';

const miniLm: ModelSizes = {
  parameters: 22_714_754,
  trained: 22_714_754,
  slots: 2,
  layers: 6,
  hidden: 384,
  intermediate: 1536,
  heads: 12,
  recompute: false,
};
const bertBase: ModelSizes = {
  ...miniLm,
  parameters: 109_483_778,
  trained: 109_483_778,
  layers: 12,
  hidden: 768,
  intermediate: 3072,
};
const compiled = { program: 520e6, execution: 'compiled', saves: false } as const;

describe('the memory that a training needs', () => {
  // `node bench/dist/work/main.js '{"kind":"train-step",…}'` on Linux, the kernel's mark for the process (VmHWM)
  it.each([
    ['MiniLM', miniLm, 32, 16, 1014.6e6],
    ['MiniLM', miniLm, 32, 64, 1305.4e6],
    ['MiniLM', miniLm, 32, 128, 1864.2e6],
    ['MiniLM', miniLm, 8, 256, 1503.5e6],
    ['MiniLM, recomputing', { ...miniLm, recompute: true }, 32, 64, 1141.0e6],
    ['MiniLM, recomputing', { ...miniLm, recompute: true }, 32, 128, 1286.0e6],
    ['BERT-base', bertBase, 8, 128, 3074.8e6],
    ['BERT-base', bertBase, 2, 64, 2666.7e6],
    ['BERT-base', bertBase, 4, 384, 3671.8e6],
    ['BERT-base, recomputing', { ...bertBase, recompute: true }, 8, 128, 2809.0e6],
    ['BERT-base, recomputing', { ...bertBase, recompute: true }, 4, 384, 2829.5e6],
  ])('is within 25 %% of what was measured: %s, %#', (_, sizes, rows, length, measured) => {
    const { total } = memoryNeed(sizes, { rows, length }, compiled);
    expect(total / measured).toBeGreaterThan(0.8);
    expect(total / measured).toBeLessThan(1.25);
  });

  it.each([
    [miniLm, 32, 16, 760.5e6],
    [miniLm, 32, 64, 1224.3e6],
    [{ ...miniLm, recompute: true }, 32, 16, 644.4e6],
    [{ ...miniLm, recompute: true }, 32, 64, 772.8e6],
  ])('is within 25 %% of what was measured on wasm, op by op, %#', (sizes, rows, length, measured) => {
    const { total } = memoryNeed(
      sizes,
      { rows, length },
      { ...compiled, program: 140e6, execution: 'eager' },
    );
    expect(total / measured).toBeGreaterThan(0.8);
    expect(total / measured).toBeLessThan(1.25);
  });

  it('adds up: four bytes a value, moments of what is trained, and the highest of what never comes together', () => {
    const need = memoryNeed(miniLm, { rows: 32, length: 128 }, compiled);
    const [weights, program] = [4 * miniLm.parameters, compiled.program];
    expect(need).toMatchObject({
      parameters: weights,
      gradients: weights,
      optimizer: 2 * weights,
      saving: 0,
    });
    expect(need.total).toBe(program + 4 * weights + need.activations);
    const head = { ...miniLm, trained: 1000, slots: 1 };
    expect(memoryNeed(head, { rows: 32, length: 128 }, compiled)).toMatchObject({
      parameters: weights,
      gradients: 4000,
      optimizer: 4000,
    });
    const tiny = { rows: 1, length: 3 };
    expect(memoryNeed(miniLm, tiny, compiled).total).toBe(program + 5 * weights); // clipping
    expect(memoryNeed(miniLm, tiny, { ...compiled, saves: true }).total).toBe(program + 6 * weights);
  });

  it('of activations grows with rows, and with the square of long texts; less where they are computed anew', () => {
    const bytes = (rows: number, length: number, sizes = miniLm): number =>
      activationBytes(sizes, { rows, length }, 'compiled');
    expect(bytes(64, 128)).toBeCloseTo(2 * bytes(32, 128), 0);
    expect(bytes(32, 512)).toBeGreaterThan(4 * bytes(32, 128));
    expect(bytes(32, 128, { ...miniLm, recompute: true })).toBeLessThan(bytes(32, 128) / 3);
    expect(bytes(32, 128, { ...miniLm, layers: 0 })).toBe(0);
    expect(activationBytes(miniLm, { rows: 8, length: 64 }, 'eager')).toBeGreaterThan(bytes(8, 64));
  });

  it('tells the largest batch that fits', () => {
    const need = (rows: number): number => 100 + 10 * rows;
    expect(largestRows(200, 32, need)).toBe(10);
    expect(largestRows(199, 32, need)).toBe(9);
    expect(largestRows(1000, 32, need)).toBe(32);
    expect(largestRows(100, 32, need)).toBe(0);
  });

  it('of this process is what the system says', () => {
    const { resident, peak, available } = processMemory();
    expect(resident).toBeGreaterThan(20e6);
    expect(peak).toBeGreaterThanOrEqual(0.99 * resident);
    expect(available).toBeGreaterThan(0);
  });
});

describe('the lines', () => {
  const estimate: TrainingEstimate = {
    run: {
      steps: 4210,
      tokens: 1_800_000,
      paddedTokens: 2_000_000,
      seconds: 725,
      validationSeconds: 20,
      compileSeconds: 5,
      largestBatch: { rows: 32, length: 66 },
      measured: [],
    },
    memory: memoryNeed(miniLm, { rows: 32, length: 66 }, { ...compiled, saves: true }),
    available: 19.9e9,
    isAtMost: true,
  };

  it('say steps, tokens, time and memory', () => {
    const [work, memory] = formatEstimate(estimate);
    expect(work).toBe(
      'estimate: 4,210 steps, 1,800,000 tokens and 10 % padding, at most about 12 min 5 s (validation 20 s of it)',
    );
    expect(memory).toMatch(
      /^estimate: about 1\.\d GB of memory at its height, 19\.9 GB can be had; parameters 91 MB, gradients 91 MB, optimizer 182 MB, activations of 32 texts of 66 tokens \d+ MB, checkpoints 273 MB$/,
    );
    expect(formatEstimate({ ...estimate, isAtMost: false })[0]).toContain('padding, about 12 min');
  });

  it('say at the end what it took', () => {
    expect(formatOutcome(estimate, { seconds: 700, memory: 1.25e9 })).toMatch(
      /^took 11 min 40 s \(estimated 12 min 5 s\), 1\.3 GB of memory \(estimated 1\.\d GB\)$/,
    );
  });

  it.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.6, '1 min 0 s'],
    [3599.6, '1 h 0 min'],
    [7500, '2 h 5 min'],
  ])('write %d seconds as %s', (seconds, text) => {
    expect(writtenTime(seconds)).toBe(text);
  });

  it.each([
    [91.4e6, '91 MB'],
    [999.6e6, '1.0 GB'],
    [12.34e9, '12.3 GB'],
  ])('write %d bytes as %s', (bytes, text) => {
    expect(writtenBytes(bytes)).toBe(text);
  });
});
