import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Bert, createBertConfig } from '@bertune/bert';
import { findTensorFlow } from '@bertune/tensorflow';
import { BertTokenizer, trainVocabulary } from '@bertune/tokenizer';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { builtInReviews } from '../../src/data/built-in.js';
import { temporaryFolder } from '../helpers/files.js';

/** An estimate and what it was held against, as `run.json` has them. */
interface Recorded {
  readonly seconds: number;
  readonly memory: { readonly total: number };
  readonly took: { readonly seconds: number; readonly memory: number };
}

/** An odd number: where others use the machine too, it may be another one in the run than while its first steps were timed. */
const RUNS = 3;

const launcher = fileURLToPath(new URL('../../scripts/launch.mjs', import.meta.url));
const { library } = await findTensorFlow();
const run = library ? describe : describe.skip;

run(
  'an estimate is within 25 % of time and memory, the median of three runs (needs libtensorflow: sentiment doctor --download auto)',
  () => {
    let cwd: string;
    beforeAll(async () => {
      cwd = temporaryFolder();
      await tf.setBackend('cpu');
    });

    it.each([
      [2, 128, 32, 8],
      [4, 256, 32, 3],
      [6, 384, 16, 1],
    ])('L%d D%d, batches of %d, %d epochs', async (layers, hidden, batch, epochs) => {
      const model = join(cwd, `model-${layers}`);
      await makeModel(model, layers, hidden);
      const argv = ['--model', model, '--epochs', String(epochs), '--batch-size', String(batch)];
      const runs = Array.from({ length: RUNS }, (_, at) => {
        const { seconds, memory, took } = train(cwd, join(cwd, `run-${layers}-${at}`), argv);
        process.stdout.write(
          `L${layers} D${hidden}: ${seconds.toFixed(1)} s estimated, ${took.seconds.toFixed(1)} s taken; ` +
            `${(memory.total / 1e6).toFixed(0)} MB estimated, ${(took.memory / 1e6).toFixed(0)} MB taken\n`,
        );
        return { time: seconds / took.seconds, memory: memory.total / took.memory };
      });
      for (const ratio of [median(runs.map(({ time }) => time)), median(runs.map(({ memory }) => memory))]) {
        process.stdout.write(`L${layers} D${hidden}: estimated to taken ${ratio.toFixed(2)}\n`);
        expect(ratio).toBeGreaterThan(0.75);
        expect(ratio).toBeLessThan(1.25);
      }
    });
  },
);

/** One run of the command, and what its record says of the estimate. */
function train(cwd: string, output: string, argv: readonly string[]): Recorded {
  const { status, stderr } = spawnSync(
    process.execPath,
    [launcher, 'train', '--backend', 'tensorflow', '--output', output, ...argv],
    { cwd, encoding: 'utf8', env: { ...process.env, BERTUNE_NO_BUILD: '1', INIT_CWD: cwd } },
  );
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  const record = readFileSync(join(output, 'run.json'), 'utf8');
  return (JSON.parse(record) as { readonly estimate: Recorded }).estimate;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) / 2];
}

/** An encoder with random weights and a vocabulary of the built-in reviews. */
async function makeModel(directory: string, numLayers: number, hiddenSize: number): Promise<void> {
  const texts = builtInReviews().train.map(({ text }) => text);
  const tokenizer = new BertTokenizer(trainVocabulary(texts, { size: 4000, minFrequency: 2 }));
  const config = createBertConfig({
    ...{ numLayers, hiddenSize, numHeads: hiddenSize / 64, vocabSize: tokenizer.vocabularySize },
    maxPosition: 128,
  });
  const bert = Bert.fromConfig(config, { seed: 1 });
  await bert.savePretrained(directory);
  await tokenizer.savePretrained(directory);
  bert.dispose();
}
