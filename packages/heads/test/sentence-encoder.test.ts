import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Bert, createBertConfig } from '@bertune/bert';
import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  type Pooling,
  SentenceEncoder,
  type SentencePairBatch,
  type SentencePairLoss,
} from '../src/index.js';
import { inMemory } from './golden-model.js';

// Written by sentence-transformers 6.2.0: tools/reference/sentence_embeddings.py.
const golden = readTensors(fileURLToPath(new URL('golden/sentence-embeddings.safetensors', import.meta.url)));
const source = goldenPath('model/tiny-gelu/hf');

const POOLINGS: [Pooling, string][] = [
  ['cls', 'cls'],
  ['mean', 'mean'],
  ['max', 'max'],
  ['mean-sqrt-length', 'mean_sqrt_len_tokens'],
];
const LOSSES: SentencePairLoss[] = ['cosine-similarity', 'in-batch-negatives'];

function goldenPairs(): SentencePairBatch & { scores: tf.Tensor1D } {
  const rows = (name: string): tf.Tensor3D => tf.tensor3d(golden.get(name)!.data, [3, 2, 9], 'int32');
  const inputIds = rows('input_ids');
  return {
    inputIds,
    attentionMask: rows('attention_mask'),
    tokenTypeIds: tf.zerosLike(inputIds),
    scores: tf.tensor1d(golden.get('scores')!.data),
  };
}

const asTexts = ({
  inputIds,
  attentionMask,
  tokenTypeIds,
}: SentencePairBatch): Parameters<SentenceEncoder['embed']>[0] => ({
  inputIds: inputIds.reshape([6, 9]),
  attentionMask: attentionMask.reshape([6, 9]),
  tokenTypeIds: tokenTypeIds.reshape([6, 9]),
});

describe.each(['cpu', 'wasm'])('sentence embeddings on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(POOLINGS)('%s: vectors, and both losses with their gradients', async (pooling, mode) => {
    const bert = await Bert.fromPretrained(source);
    tf.tidy(() => {
      const pairs = goldenPairs();
      for (const [normalize, name] of [
        [false, 'raw'],
        [true, 'unit'],
      ] as const) {
        const encoder = SentenceEncoder.fromEncoder(bert, { pooling, normalize });
        const vectors = encoder.embed(asTexts(pairs));
        expect(vectors.shape).toEqual([6, 32]);
        expectClose(vectors.dataSync(), golden.get(`${mode}/${name}`)!.data, { atol: 5e-5 }, name);
      }
      for (const normalize of [false, true]) {
        for (const loss of LOSSES) {
          const encoder = SentenceEncoder.fromEncoder(bert, { pooling, normalize, loss });
          const { scores, ...inputs } = pairs;
          const batch: SentencePairBatch = loss === 'cosine-similarity' ? pairs : inputs;
          const variables = [...encoder.parameters.values()];
          const { value, grads } = tf.variableGrads(() => encoder.loss(batch), variables);
          const expected = golden.get(`${mode}/${loss}/loss`)!.data[0];
          expectClose(value.dataSync(), [expected], { atol: 1e-5 * Math.abs(expected) + 1e-6 }, loss);
          for (const [name, variable] of encoder.parameters) {
            const gradient = golden.get(`${mode}/${loss}/${name}`);
            if (!gradient) continue;
            const tolerance = { atol: 1e-5, rtolOfMax: 1e-4 };
            expectClose(
              grads[variable.name].dataSync(),
              inMemory(name, gradient),
              tolerance,
              `${loss}, ${name}`,
            );
          }
          const together = encoder.lossAndPredictions(batch);
          expect(together.loss.dataSync()).toEqual(value.dataSync());
          expect(together.predictions.dataSync()).toEqual(encoder.predict(pairs).dataSync());
          const raw = [...golden.get(`${mode}/unit`)!.data];
          const cosines = [0, 1, 2].map((row) => {
            const [a, b] = [raw.slice(row * 64, row * 64 + 32), raw.slice(row * 64 + 32, row * 64 + 64)];
            return a.reduce((sum, x, i) => sum + x * b[i], 0);
          });
          expectClose(together.predictions.dataSync(), cosines, { atol: 5e-5 }, 'similarities');
          expect([...encoder.labels(batch).dataSync()]).toEqual(
            loss === 'cosine-similarity' ? [...scores.dataSync()] : [1, 1, 1],
          );
          expect(encoder.lossWeight(batch)).toBe(3);
        }
      }
    });
    bert.dispose();
  });

  it('whatever lies under the padding, and a text of nothing but padding', () => {
    const config = createBertConfig({
      vocabSize: 100,
      hiddenSize: 32,
      numHeads: 2,
      numLayers: 1,
      maxPosition: 12,
    });
    for (const [pooling] of POOLINGS) {
      const encoder = SentenceEncoder.fromEncoder(Bert.fromConfig(config, { seed: 2 }), { pooling });
      tf.tidy(() => {
        const inputs = asTexts(goldenPairs());
        const before = encoder.embed(inputs).dataSync();
        const filler = tf.cast(tf.equal(inputs.attentionMask, 0), 'int32');
        const other = { ...inputs, inputIds: tf.add<tf.Tensor2D>(inputs.inputIds, filler) };
        expectClose(encoder.embed(other).dataSync(), before, { atol: 1e-6 });
        const nothing = { ...inputs, attentionMask: tf.zerosLike(inputs.attentionMask) };
        expect([...encoder.embed(nothing).dataSync()].every(Number.isFinite)).toBe(true);
      });
      encoder.dispose();
    }
  });
});

describe('folders of sentence-transformers', () => {
  let folder: string;
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bertune-heads-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: string, json: unknown): void => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(json));
  };
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const code = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'resolved',
      (error: unknown) => (error as { code: string }).code,
    );

  it.each(POOLINGS.flatMap(([pooling]) => [[pooling, true] as const, [pooling, false] as const]))(
    '%s, normalised %s: come back as they were saved',
    async (pooling, normalize) => {
      const before = tf.memory().numTensors;
      const encoder = await SentenceEncoder.fromPretrained(source, { pooling, normalize, maxLength: 128 });
      await encoder.savePretrained(folder);
      const again = await SentenceEncoder.fromPretrained(folder);
      expect(again).toMatchObject({ pooling, normalize, maxLength: 128 });
      for (const [name, variable] of encoder.parameters) {
        expect(again.parameters.get(name)?.dataSync()).toEqual(variable.dataSync());
      }
      const overridden = await SentenceEncoder.fromPretrained(folder, {
        pooling: 'max',
        normalize: undefined,
      });
      expect(overridden).toMatchObject({ pooling: 'max', normalize });
      for (const one of [encoder, again, overridden]) one.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('have the files that sentence-transformers looks for', async () => {
    const encoder = await SentenceEncoder.fromPretrained(source, { maxLength: 64 });
    await encoder.savePretrained(folder);
    encoder.dispose();
    expect(readdirSync(folder).sort()).toEqual(
      ['1_Pooling', 'config.json', 'model.safetensors', 'modules.json', 'sentence_bert_config.json'].sort(),
    );
    expect(read('config.json')).toMatchObject({ architectures: ['BertModel'] });
    expect(read('1_Pooling/config.json')).toMatchObject({
      word_embedding_dimension: 32,
      pooling_mode_mean_tokens: true,
      pooling_mode_cls_token: false,
    });
    expect(read('sentence_bert_config.json')).toMatchObject({ max_seq_length: 64 });
    expect((read('modules.json') as { type: string }[]).map(({ type }) => type)).toEqual([
      'sentence_transformers.models.Transformer',
      'sentence_transformers.models.Pooling',
      'sentence_transformers.models.Normalize',
    ]);
  });

  it('of version 6 are read too; modules and poolings unknown here are refused', async () => {
    const encoder = await SentenceEncoder.fromPretrained(source);
    await encoder.savePretrained(folder);
    encoder.dispose();
    const modules = [
      { idx: 0, name: '0', path: '', type: 'sentence_transformers.base.modules.transformer.Transformer' },
      {
        idx: 1,
        name: '1',
        path: '1_Pooling',
        type: 'sentence_transformers.sentence_transformer.modules.pooling.Pooling',
      },
    ];
    write('modules.json', modules);
    write('1_Pooling/config.json', { embedding_dimension: 32, pooling_mode: 'max', include_prompt: true });
    const six = await SentenceEncoder.fromPretrained(folder);
    expect(six).toMatchObject({ pooling: 'max', normalize: false });
    six.dispose();

    const before = tf.memory().numTensors;
    write('1_Pooling/config.json', { pooling_mode: 'lasttoken' });
    expect(await code(SentenceEncoder.fromPretrained(folder))).toBe('wrong-task');
    write('1_Pooling/config.json', { pooling_mode_cls_token: true, pooling_mode_mean_tokens: true });
    expect(await code(SentenceEncoder.fromPretrained(folder))).toBe('wrong-task');
    rmSync(join(folder, '1_Pooling'), { recursive: true });
    expect(await code(SentenceEncoder.fromPretrained(folder))).toBe('wrong-task');
    write('modules.json', [
      ...modules,
      { idx: 2, name: '2', path: '2_Dense', type: 'sentence_transformers.models.Dense' },
    ]);
    await expect(SentenceEncoder.fromPretrained(folder)).rejects.toThrow(
      /modules\.json: expected the modules .*"Dense"/,
    );
    write('modules.json', [{ ...modules[0], path: '0_Transformer' }, modules[1]]);
    await expect(SentenceEncoder.fromPretrained(folder)).rejects.toThrow(/found "0_Transformer"/);
    writeFileSync(join(folder, 'modules.json'), '{');
    expect(await code(SentenceEncoder.fromPretrained(folder))).toBe('not-json');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('wrong use of sentence embeddings', () => {
  const bert = (): Bert =>
    Bert.fromConfig(
      createBertConfig({ vocabSize: 100, hiddenSize: 8, numHeads: 2, numLayers: 1, maxPosition: 12 }),
    );

  it('options', () => {
    const encoder = bert();
    const wrong = { pooling: 'median', loss: 'triplet', scale: 0, maxLength: 1.5 } as never;
    expect(() => SentenceEncoder.fromEncoder(encoder, wrong)).toThrow(
      /pooling: .*median; loss: .*triplet; scale: .*0; maxLength: .*1\.5/,
    );
    encoder.dispose();
  });

  it('scores and pairs', () => {
    const cosine = SentenceEncoder.fromEncoder(bert());
    const negatives = SentenceEncoder.fromEncoder(bert(), { loss: 'in-batch-negatives' });
    tf.tidy(() => {
      const { scores, ...pairs } = goldenPairs();
      expect(() => cosine.loss(pairs)).toThrow(/scores: expected float32 \[3\], found none/);
      expect(() => cosine.lossWeight({ ...pairs, scores: tf.tensor1d([0, 4.5, 1]) })).toThrow(
        /from -1 to 1, found 4.5 at position 1/,
      );
      expect(() => negatives.loss({ ...pairs, scores })).toThrow(/expected none for in-batch-negatives/);
      const single = { ...pairs, inputIds: tf.reshape(pairs.inputIds, [2, 3, 9]) as tf.Tensor3D };
      expect(() => cosine.predict(single)).toThrow(/expected \[B, 2, T\].*found \[2, 3, 9\]/);
    });
    cosine.dispose();
    negatives.dispose();
  });
});
