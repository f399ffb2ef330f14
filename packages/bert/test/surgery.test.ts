import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  addLora,
  Bert,
  type BertInputs,
  extendPositions,
  type ExtensionMethod,
  parseBertConfig,
  pruneHeads,
  readPretrainedConfig,
  resizeTokenEmbeddings,
} from '../src/index.js';

// Written by tools/reference/surgery.py with transformers 4.57.6, the last line that prunes heads.
const GOLDEN = fileURLToPath(new URL('golden/surgery/', import.meta.url));
const expected = readTensors(join(GOLDEN, 'expected.safetensors'));
const HF = goldenPath('model/tiny-gelu/hf');
const QUERY = 'encoder.layer.1.attention.self.query';
const WORDS = 'embeddings.word_embeddings.weight';
const POSITIONS = 'embeddings.position_embeddings.weight';

const golden = (
  name: string,
): { readonly shape: readonly number[]; readonly data: Float32Array | Int32Array } => {
  const tensor = expected.get(name);
  if (tensor === undefined) throw new Error(`no ${name} in the golden data`);
  return tensor;
};

function inputs(): BertInputs {
  const int32 = (name: string): tf.Tensor2D => {
    const { shape, data } = golden(name);
    return tf.tensor2d(data, [shape[0], shape[1]], 'int32');
  };
  return {
    inputIds: int32('input_ids'),
    attentionMask: int32('attention_mask'),
    tokenTypeIds: int32('token_type_ids'),
  };
}

/** Holds all that an encoder gives against the golden data. */
function expectOutputs(bert: Bert, prefix: string): void {
  const batch = inputs();
  const output = bert.encode(batch, { hiddenStates: true, attentions: true });
  const close = (tensor: tf.Tensor, name: string): void => {
    expect(tensor.shape).toEqual(golden(`${prefix}/${name}`).shape);
    expectClose(tensor.dataSync(), golden(`${prefix}/${name}`).data, { atol: 5e-5 }, name);
  };
  output.hiddenStates.forEach((states, i) => close(states, `hidden_states.${i}`));
  output.attentions.forEach((probabilities, i) => close(probabilities, `attentions.${i}`));
  close(output.pooledOutput as tf.Tensor2D, 'pooler_output');
  tf.dispose([output, batch]);
}

const bits = (values: ArrayLike<number>): Uint32Array => new Uint32Array(Float32Array.from(values).buffer);
const rowsOf = (bert: Bert, name: string): Float32Array =>
  (bert.parameters.get(name) as tf.Variable).dataSync<'float32'>();

let folder: string;
let tensors: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bertune-surgery-'));
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  expect(tf.memory().numTensors).toBe(tensors);
});

describe.each(['cpu', 'wasm'])('pruned heads on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('give what transformers gives, and its weights to the last bit', async () => {
    const bert = pruneHeads(await Bert.fromPretrained(HF), { 0: [0], 1: [2, 1, 1] });
    expect(bert.config.prunedHeads).toEqual({ 0: [0], 1: [1, 2] });
    expectOutputs(bert, 'pruned');
    const theirs = await Bert.fromPretrained(join(GOLDEN, 'pruned'));
    for (const [name, parameter] of theirs.parameters) {
      expect(bert.parameters.get(name)?.shape).toEqual(parameter.shape);
      expect(bits(rowsOf(bert, name))).toEqual(bits(parameter.dataSync<'float32'>()));
    }
    theirs.dispose();
    bert.dispose();
  });

  it('are counted as they were at first when more are pruned', async () => {
    const once = pruneHeads(await Bert.fromPretrained(HF), { 0: [0], 1: [1, 2] });
    const twice = pruneHeads(once, { 0: [0], 1: [0] });
    expect(twice.config.prunedHeads).toEqual({ 0: [0], 1: [0, 1, 2] });
    expectOutputs(twice, 'pruned-twice');
    twice.dispose();
  });

  it('are read from config.json, and written', async () => {
    const bert = await Bert.fromPretrained(join(GOLDEN, 'pruned'));
    expectOutputs(bert, 'pruned');
    await bert.savePretrained(folder);
    const { pruned_heads: pruned } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
      pruned_heads: unknown;
    };
    expect(pruned).toEqual({ 0: [0], 1: [1, 2] });
    const again = await Bert.fromPretrained(folder);
    for (const [name, parameter] of bert.parameters)
      expect(bits(rowsOf(again, name))).toEqual(bits(parameter.dataSync<'float32'>()));
    again.dispose();
    bert.dispose();
  });

  it.each([false, true])(
    'get the gradients of a model whose head adds nothing (recompute: %s)',
    async (recompute) => {
      const full = await Bert.fromPretrained(HF);
      const output = full.parameters.get(
        'encoder.layer.1.attention.output.dense.weight',
      ) as tf.Variable<tf.Rank.R2>;
      tf.tidy(() => {
        const rows = tf.tensor2d(
          Array.from({ length: 32 }, (_, row) => (row >= 8 && row < 16 ? 0 : 1)),
          [32, 1],
        );
        output.assign(tf.mul(output, rows));
      });
      const pruned = pruneHeads(await Bert.fromPretrained(HF, { recompute }), { 1: [1] });
      expect(pruned.recompute).toBe(recompute);
      const batch = inputs();
      const gradients = (bert: Bert): tf.NamedTensorMap =>
        tf.tidy(() => {
          const loss = (): tf.Scalar => tf.mean(tf.square(bert.encode(batch).lastHiddenState));
          const { grads } = tf.variableGrads(loss, [bert.parameters.get(`${QUERY}.weight`) as tf.Variable]);
          return { query: Object.values(grads)[0] };
        });
      const [ofFull, ofPruned] = [gradients(full), gradients(pruned)];
      const left = tf.tidy(() =>
        tf.concat([tf.slice(ofFull.query, [0, 0], [32, 8]), tf.slice(ofFull.query, [0, 16], [32, 16])], 1),
      );
      expect(Math.max(...left.dataSync().map(Math.abs))).toBeGreaterThan(1e-4);
      expectClose(ofPruned.query.dataSync(), left.dataSync(), { atol: 1e-6 }, 'query');
      tf.dispose([ofFull, ofPruned, left, batch]);
      full.dispose();
      pruned.dispose();
    },
  );
});

describe('what cannot be pruned', () => {
  it.each([
    [{ 2: [0] }, 'layer below 2'],
    [{ 0: [4] }, 'heads below 4'],
    [{ 0: [-1] }, 'heads below 4'],
    [{ 1: [0, 1, 2, 3] }, 'one head of each layer left'],
  ])('is refused: %j, and the encoder goes on', async (heads, message) => {
    const bert = await Bert.fromPretrained(HF);
    expect(() => pruneHeads(bert, heads)).toThrow(message);
    const pruned = pruneHeads(bert, { 0: [0], 1: [1, 2] });
    expectOutputs(pruned, 'pruned');
    pruned.dispose();
  });

  it('is refused: an encoder with LoRA', async () => {
    const bert = addLora(await Bert.fromPretrained(HF));
    for (const change of [
      () => pruneHeads(bert, { 0: [0] }),
      () => resizeTokenEmbeddings(bert, 300),
      () => extendPositions(bert, 128, { method: 'repeat' }),
    ])
      expect(change).toThrow(expect.objectContaining({ code: 'already-adapted' }));
    bert.dispose();
  });

  it('is refused in a file', () => {
    const json = JSON.parse(readFileSync(join(GOLDEN, 'pruned/config.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    for (const pruned_heads of [{ 7: [0] }, { 0: 'none' }, [1], { 0: [0.5] }, { a: [] }])
      expect(() => parseBertConfig({ ...json, pruned_heads }, 'config.json')).toThrow(
        /pruned_heads: expected lists/,
      );
    expect(parseBertConfig({ ...json, pruned_heads: {} }, 'config.json')).not.toHaveProperty('prunedHeads');
    expect(parseBertConfig({ ...json, pruned_heads: { 1: [] } }, 'config.json')).not.toHaveProperty(
      'prunedHeads',
    );
  });

  it('is refused: weights of all heads under a configuration without some', async () => {
    for (const [name, from] of [
      ['config.json', join(GOLDEN, 'pruned')],
      ['model.safetensors', HF],
    ])
      copyFileSync(join(from, name), join(folder, name));
    await expect(Bert.fromPretrained(folder)).rejects.toMatchObject({
      code: 'parameters-mismatch',
      mismatched: expect.arrayContaining([
        { name: `${QUERY}.weight`, expected: '[16, 32]', found: '[32, 32]' },
      ]),
    });
  });

  it.each(['google', 'tf-h5', 'keras-hub'] as const)(
    'is refused: %s files, which cannot say it',
    async (format) => {
      const bert = await Bert.fromPretrained(join(GOLDEN, 'pruned'));
      await expect(bert.savePretrained(folder, { format })).rejects.toMatchObject({
        code: 'not-supported',
        message: expect.stringContaining('pruned'),
      });
      expect(readdirSync(folder)).toEqual([]);
      bert.dispose();
    },
  );
});

describe('another number of tokens', () => {
  const load = (): Promise<Bert> => Bert.fromPretrained(HF);

  it('keeps old rows to the last bit; the mean is that of transformers', async () => {
    const before = await load();
    const bert = resizeTokenEmbeddings(await load(), 208, { newTokens: 'mean' });
    expect(bert.config.vocabSize).toBe(208);
    const rows = rowsOf(bert, WORDS);
    expect(bits(rows.subarray(0, 200 * 32))).toEqual(bits(rowsOf(before, WORDS)));
    // transformers adds noise of 3e-5 of the deviation
    expectClose(rows, golden('larger/word_embeddings').data, { atol: 5e-5 }, 'rows');
    before.dispose();
    bert.dispose();
  });

  it('draws new rows as a new model has them, by the seed, and not those of the first tokens', async () => {
    const rowsFor = async (seed?: number): Promise<Float32Array> => {
      const bert = resizeTokenEmbeddings(await load(), 1200, { seed });
      const rows = rowsOf(bert, WORDS).slice(200 * 32);
      bert.dispose();
      return rows;
    };
    const [first, again, other] = [await rowsFor(), await rowsFor(0), await rowsFor(1)];
    expect(bits(again)).toEqual(bits(first));
    expect(other).not.toEqual(first);
    const deviation = Math.sqrt(first.reduce((sum, value) => sum + value ** 2, 0) / first.length);
    expect(deviation).toBeGreaterThan(0.85 * 0.02);
    expect(deviation).toBeLessThan(0.91 * 0.02);
    expect(Math.max(...first)).toBeLessThanOrEqual(0.04);
    const fresh = resizeTokenEmbeddings(Bert.fromConfig((await readPretrainedConfig(HF)).config), 201);
    const rows = rowsOf(fresh, WORDS);
    expect(rows.slice(200 * 32)).not.toEqual(rows.slice(32, 64));
    fresh.dispose();
  });

  it('cuts off the last rows, and nothing else changes', async () => {
    const bert = resizeTokenEmbeddings(await load(), 190);
    expectClose(rowsOf(bert, WORDS), golden('smaller/word_embeddings').data, { atol: 0 }, 'rows');
    bert.dispose();
  });

  it('is refused where it cannot be', async () => {
    const bert = await load();
    for (const size of [0, -1, 3.5, NaN])
      expect(() => resizeTokenEmbeddings(bert, size)).toThrow(
        /expected a number of tokens, an integer from 1/,
      );
    bert.dispose();
    const padded = new Bert({ ...bert.config, padTokenId: 199 }, (await load()).parameters);
    expect(() => resizeTokenEmbeddings(padded, 150)).toThrow(/padTokenId: expected below vocabSize/);
    padded.dispose();
  });
});

describe('more positions', () => {
  const extended = async (length: number, method: ExtensionMethod): Promise<Bert> =>
    extendPositions(await Bert.fromPretrained(HF), length, { method });

  it.each([71, 128])('are interpolated as by torch.nn.functional.interpolate: %d', async (length) => {
    const bert = await extended(length, 'interpolate');
    expect(bert.config.maxPosition).toBe(length);
    expectClose(rowsOf(bert, POSITIONS), golden(`interpolated/${length}`).data, { atol: 5e-6 }, 'positions');
    bert.dispose();
  });

  it('are repeated, and short inputs give what they gave', async () => {
    const before = await Bert.fromPretrained(HF);
    const old = rowsOf(before, POSITIONS);
    const bert = await extended(150, 'repeat');
    const rows = rowsOf(bert, POSITIONS);
    expect(rows).toHaveLength(150 * 32);
    for (const [from, to] of [
      [0, 64],
      [64, 128],
    ])
      expect(bits(rows.subarray(from * 32, to * 32))).toEqual(bits(old));
    expect(bits(rows.subarray(128 * 32))).toEqual(bits(old.subarray(0, 22 * 32)));
    const batch = inputs();
    const [a, b] = [before, bert].map((model) => model.encode(batch));
    expect(bits(b.lastHiddenState.dataSync())).toEqual(bits(a.lastHiddenState.dataSync()));
    const ids = tf.fill([1, 150], 5, 'int32') as tf.Tensor2D;
    const long = { inputIds: ids, attentionMask: tf.onesLike(ids), tokenTypeIds: tf.zerosLike(ids) };
    const output = bert.encode(long);
    expect(output.lastHiddenState.shape).toEqual([1, 150, 32]);
    tf.dispose([batch, a, b, long, output]);
    before.dispose();
    bert.dispose();
  });

  it('are drawn, the old ones kept', async () => {
    const before = await Bert.fromPretrained(HF);
    const bert = await extended(65, 'normal');
    const rows = rowsOf(bert, POSITIONS);
    expect(bits(rows.subarray(0, 64 * 32))).toEqual(bits(rowsOf(before, POSITIONS)));
    expect(Math.max(...rows.subarray(64 * 32).map(Math.abs))).toBeLessThanOrEqual(0.04);
    expect(Math.max(...rows.subarray(64 * 32).map(Math.abs))).toBeGreaterThan(0.01);
    before.dispose();
    bert.dispose();
  });

  it('are refused where there would not be more, and other methods', async () => {
    const bert = await Bert.fromPretrained(HF);
    expect(() => extendPositions(bert, 64, { method: 'repeat' })).toThrow(/an integer from 65, found 64/);
    expect(() => extendPositions(bert, 80, { method: 'stretch' as 'repeat' })).toThrow(
      /method: expected one of repeat, interpolate, normal, found "stretch"/,
    );
    bert.dispose();
  });
});
