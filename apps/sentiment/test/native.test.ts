import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expectClose } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import { findTensorFlow } from '@bertune/tensorflow';

import { startBackend } from '../src/backend.js';
import { temporaryFolder } from './helpers/files.js';
import { reviewsCsv, tinyEncoder } from './helpers/tiny-model.js';

const { library } = await findTensorFlow();
const run = library ? describe : describe.skip;

const launcher = fileURLToPath(new URL('../scripts/launch.mjs', import.meta.url));

/** A process of its own: TensorFlow stays loaded until its end. */
function sentiment(cwd: string, argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...argv], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, BERTUNE_NO_BUILD: '1', INIT_CWD: cwd, BERTUNE_DOWNLOAD: '0' },
  });
  return { status, stdout, stderr };
}

run('on native TensorFlow (needs libtensorflow: sentiment doctor --download auto)', () => {
  it('trains, measures and predicts, by default, and says with which library', async () => {
    const cwd = temporaryFolder();
    await startBackend('cpu');
    const encoder = await tinyEncoder();
    writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(60));
    writeFileSync(join(cwd, 'test.csv'), reviewsCsv(10));
    const options = [
      '--train',
      'reviews.csv',
      '--model',
      encoder,
      '--epochs',
      '6',
      '--learning-rate',
      '0.005',
    ];
    const trained = sentiment(cwd, ['train', ...options, '--batch-size', '16', '--output', 'out']);
    expect(trained).toMatchObject({ status: 0 });
    expect(trained.stderr).toMatch(/^backend: tensorflow \(the default; TensorFlow \d+\.\d+\.\d+/m);
    expect(trained.stderr).not.toContain('fetching');
    expect(JSON.parse(readFileSync(join(cwd, 'out', 'run.json'), 'utf8'))).toMatchObject({
      backend: {
        name: 'tensorflow',
        tensorflow: { version: expect.stringMatching(/^\d/), source: library?.source, path: library?.core },
      },
    });

    const evaluate = ['evaluate', '--model', 'out', '--test', 'test.csv', '--json', '--backend'];
    const native = sentiment(cwd, [...evaluate, 'tensorflow']);
    const wasm = sentiment(cwd, [...evaluate, 'wasm']);
    expect([native.status, wasm.status]).toEqual([0, 0]);
    expect(JSON.parse(native.stdout)).toMatchObject({ accuracy: 1 });
    expect((JSON.parse(wasm.stdout) as { accuracy: number }).accuracy).toBe(1);

    const predict = ['predict', '--model', 'out', '--json', 'the food was very good.', '--backend'];
    const [ours, theirs] = ['tensorflow', 'wasm'].map((backend) => sentiment(cwd, [...predict, backend]));
    expect(ours?.stderr).toBe('');
    const numbers = (text = ''): number[] => [...text.matchAll(/\d\.\d+/g)].map(Number);
    expect(numbers(ours?.stdout).length).toBeGreaterThan(1);
    for (const [at, value] of numbers(theirs?.stdout).entries()) {
      expect(numbers(ours?.stdout)[at]).toBeCloseTo(value, 4);
    }
  });

  it('learns from a teacher what WebAssembly learns from it', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'reviews.csv'), reviewsCsv(30));
    const start = ['train', '--train', 'reviews.csv', '--model', await tinyEncoder(), '--batch-size', '8'];
    const quick = [...start, '--dropout', '0', '--epochs', '1', '--learning-rate', '1e-2'];
    expect(sentiment(cwd, [...quick, '--output', 'teacher'])).toMatchObject({ status: 0 });
    const taught = [...quick, '--teacher', 'teacher', '--unlabelled', 'reviews.csv', '--temperature', '3'];
    const [native, wasm] = ['tensorflow', 'wasm'].map((backend) => {
      const { status } = sentiment(cwd, [...taught, '--backend', backend, '--output', backend]);
      expect(status).toBe(0);
      const record = JSON.parse(readFileSync(join(cwd, backend, 'run.json'), 'utf8')) as {
        history: { losses: number[] };
      };
      return record.history.losses;
    });
    expect(native.length).toBeGreaterThan(10);
    expectClose(native, wasm, { atol: 1e-4 }, 'losses');
  });
});
