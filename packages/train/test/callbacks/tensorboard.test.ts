import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EventFileWriter } from '../../src/index.js';
import { crc32c } from '../../src/callbacks/tensorboard/crc32c.js';
import {
  histogramSummary,
  prCurveSummary,
  scalarSummary,
  textSummary,
} from '../../src/callbacks/tensorboard/summary.js';

interface Golden {
  crc32c: { bytes: string; crc: number }[];
  file: string;
  events: { step: number; tag: string; value: string }[];
  histograms: number[][];
  prCurve: { labels: number[]; scores: number[]; thresholds: number; expected: number[][] };
}

// tools/reference/tensorboard_summaries.py: tensorflow 2.21.0, tensorboard 2.21.0
const file = new URL('../golden/tensorboard.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Bytes of the tensor in a summary: those before the metadata. */
function tensorContent(summary: string, bytesEach: 4 | 8, count: number): number[] {
  const bytes = Buffer.from(summary, 'hex');
  const name = bytes.includes('histograms') ? 'histograms' : 'pr_curves';
  const metadata = bytes.lastIndexOf(0x4a, bytes.indexOf(name));
  const content = bytes.subarray(metadata - bytesEach * count, metadata);
  return Array.from({ length: count }, (_, i) =>
    bytesEach === 8 ? content.readDoubleLE(8 * i) : content.readFloatLE(4 * i),
  );
}

describe('event files of TensorBoard', () => {
  it.each(golden.crc32c)('CRC-32C of $bytes', ({ bytes, crc }) => {
    expect(crc32c(Buffer.from(bytes, 'hex'))).toBe(crc);
  });

  it("have TensorFlow's bytes for figures and text", () => {
    const of = (tag: string): string[] =>
      golden.events.filter((event) => event.tag === tag).map(({ value }) => value);
    expect([0.5, -1.25, 1e-8].map((figure) => hex(scalarSummary('epoch_loss', figure).encode()))).toEqual(
      of('epoch_loss'),
    );
    const text = '# Options\n| a | b |\n| é | 日本 |';
    expect([hex(textSummary('options', text).encode())]).toEqual(of('options'));
  });

  it.each([0, 1, 2, 3])("have TensorFlow's histogram %i", (which) => {
    const tag = 'classifier.weight/histogram';
    const theirs = golden.events.filter((event) => event.tag === tag)[which].value;
    const ours = hex(histogramSummary(tag, golden.histograms[which]).encode());
    expect(ours).toHaveLength(theirs.length);
    const [found, expected] = [tensorContent(ours, 8, 90), tensorContent(theirs, 8, 90)];
    expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 12));
  });

  it('leave out of a histogram what is not finite', () => {
    const with_ = histogramSummary('h', [1, NaN, 2, Infinity, 3]).encode();
    expect(hex(with_)).toBe(hex(histogramSummary('h', [1, 2, 3]).encode()));
  });

  it("have the pr_curve plugin's curve", () => {
    const { labels, scores, thresholds, expected } = golden.prCurve;
    const ours = hex(prCurveSummary('pr_curve', labels, scores, thresholds).encode());
    const found = tensorContent(ours, 4, 6 * thresholds);
    expected.flat().forEach((value, i) => expect(found[i]).toBeCloseTo(value, 6));
    expect(() => prCurveSummary('c', [1], [0.1, 0.2], 5)).toThrow(/1 labels and 2 predictions/);
  });

  it("have the bytes of TensorBoard's own record writer", async () => {
    const directory = await mkdtemp(join(tmpdir(), 'events-'));
    try {
      const writer = new EventFileWriter({ directory: join(directory, 'run'), now: () => 1_700_000_000_250 });
      expect(await readdir(directory)).toEqual([]); // nothing before there is something to write
      await writer.scalar('epoch_loss', 0.5, 0);
      await writer.scalar('epoch_loss', 0.5, 300);
      writer.start(40);
      await writer.flush();
      expect(writer.path).toMatch(/run.events\.out\.tfevents\.1700000000\..+\.\d+\.\d+\.v2$/);
      expect((await readFile(writer.path)).toString('hex')).toBe(golden.file);
      await writer.scalar('epoch_loss', -1.25, 1);
      const before = (await readFile(writer.path)).length;
      await writer.flush();
      await writer.flush();
      expect((await readFile(writer.path)).length).toBeGreaterThan(before);
      await expect(writer.scalar('a', 1, -1)).rejects.toThrow(/step must be/);
      await expect(writer.prCurve('a', [1], [1], 1, 1)).rejects.toThrow(/thresholds/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('are written when much or long is waiting, and never share a name', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'events-'));
    try {
      let now = 0;
      const writers = [0, 1].map(() => new EventFileWriter({ directory, now: () => now }));
      await writers[0].scalar('a', 1, 1);
      expect(await readdir(directory)).toHaveLength(0);
      now = 5000;
      await writers[0].scalar('a', 1, 2);
      await writers[1].histogram('h', Float32Array.of(1, 2), 0);
      expect(await readdir(directory)).toHaveLength(2);
      await writers[1].text('t', 'x'.repeat(70_000), 0);
      expect((await readFile(writers[1].path)).length).toBeGreaterThan(70_000);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
