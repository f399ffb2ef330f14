import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expectClose } from '@bertune/testkit';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';

import { main } from '../src/main.js';
import { temporaryFolder } from './helpers/files.js';
import { recordedIo } from './helpers/io.js';
import { expectSameRun } from './helpers/same-run.js';
import { reviewsCsv, tinyEncoder } from './helpers/tiny-model.js';

jest.setTimeout(120_000);

let cwd: string;
let start: string[];

beforeAll(async () => {
  cwd = temporaryFolder();
  writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(60));
  const data = ['train', '--train', 'reviews.csv', '--model', await tinyEncoder(), '--backend', 'wasm'];
  start = [...data, '--batch-size', '8', '--epochs', '3', '--learning-rate', '1e-2', '--freeze', 'encoder'];
});

async function command(...argv: string[]): Promise<{ code: number; err: string }> {
  const io = recordedIo(cwd, '');
  const code = await main(argv, io);
  return { code, err: io.err() };
}

interface RunJson {
  readonly history: { readonly losses: number[]; readonly history: Record<string, number[]> };
  readonly result: { readonly report: { readonly accuracy: number } };
}

const run = (output: string): RunJson =>
  JSON.parse(readFileSync(join(cwd, output, 'run.json'), 'utf8')) as RunJson;

describe('train --cache-features', () => {
  it('is training with a frozen encoder, whose dropout is off', async () => {
    expect((await command(...start, '--dropout', '0', '--output', 'plain')).code).toBe(0);
    const cached = await command(...start, '--dropout', '0', '--cache-features', '--output', 'cached');
    expect([cached.code, cached.err]).toEqual([
      0,
      expect.stringMatching(/features: 1\d\d texts encoded in .* MB/),
    ]);
    const [plain, seen] = [run('plain'), run('cached')];
    expect(seen.history.losses.length).toBeGreaterThan(30);
    expect(seen.history.history.val_loss[2]).toBeLessThan(seen.history.history.val_loss[0]); // it learns
    expectClose(seen.history.losses, plain.history.losses, { atol: 1e-5 }, 'losses');
    expectClose(seen.history.history.val_loss, plain.history.history.val_loss, { atol: 1e-5 }, 'val_loss');
    // The report comes from texts, through the whole model.
    expect(seen.result.report).toMatchObject({ accuracy: plain.result.report.accuracy });

    expect((await command(...start, '--output', 'dropped')).code).toBe(0);
    expect((await command(...start, '--cache-features', '--output', 'kept')).code).toBe(0);
    expect(run('kept').history.losses).not.toEqual(run('dropped').history.losses);
    expect(run('kept').history.losses).not.toEqual(seen.history.losses); // the head has dropout
  });

  it('goes on from a checkpoint to the last bit', async () => {
    const argv = [...start, '--cache-features', '--save-steps', '20'];
    expect((await command(...argv, '--output', 'whole')).code).toBe(0);
    expect((await command(...argv, '--output', 'cut')).code).toBe(0);
    const [first] = readdirSync(join(cwd, 'cut')).filter((name) => name.startsWith('checkpoint-'));
    expect((await command('train', '--resume', join('cut', first))).code).toBe(0);
    expectSameRun(join(cwd, 'cut'), join(cwd, 'whole'));
  });

  it.each([
    [['--freeze', 'embeddings'], '--freeze embeddings'],
    [['--unfreeze', '1'], '--unfreeze'],
    [['--freeze', 'none', '--lora-rank', '2'], '--lora-rank'],
  ])('is refused with %j, which changes the encoder', async (options, found) => {
    const { code, err } = await command(...start.slice(0, -2), '--cache-features', ...options);
    expect([code, err]).toEqual([2, expect.stringContaining(found)]);
  });
});
