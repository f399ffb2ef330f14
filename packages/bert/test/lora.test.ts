import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  addLora,
  type AddLoraOptions,
  Bert,
  type BertInputs,
  createBertConfig,
  loadLora,
  mergeLora,
  openSafetensors,
  readLoraConfig,
  saveLora,
  type TrainingRun,
  unmergeLora,
} from '../src/index.js';

// Training and merged weights against PEFT: `golden-lora` in apps/sentiment.

const config = createBertConfig({
  vocabSize: 50,
  hiddenSize: 16,
  numHeads: 2,
  numLayers: 2,
  intermediateSize: 64,
  maxPosition: 32,
  hiddenDropout: 0,
  attentionDropout: 0,
});
const ALL: AddLoraOptions = {
  rank: 3,
  alpha: 6,
  targets: 'all-linear',
  bias: 'all',
  modulesToSave: ['LayerNorm'],
};

function inputs(): BertInputs {
  const ids = Array.from({ length: 12 }, (_, i) => (i * 7 + 3) % 50);
  const inputIds = tf.tensor2d(ids, [2, 6], 'int32');
  return { inputIds, attentionMask: tf.onesLike(inputIds), tokenTypeIds: tf.zerosLike(inputIds) };
}

/** An adapted encoder whose B is not zero any more. */
function moved(options: AddLoraOptions = {}, recompute = false): Bert {
  const bert = addLora(Bert.fromConfig(config, { seed: 3, recompute }), options);
  for (const [name, variable] of bert.parameters) {
    if (name.endsWith('lora_B.weight'))
      tf.tidy(() =>
        variable.assign(tf.mul(0.05, tf.sin(tf.reshape(tf.range(0, variable.size), variable.shape)))),
      );
  }
  return bert;
}

/** Every output weighted differently, so that no gradient vanishes by symmetry. */
function lossOf(bert: Bert, run?: TrainingRun): tf.Scalar {
  const { lastHiddenState, pooledOutput } = bert.encode(inputs(), { run });
  const weighted = (x: tf.Tensor): tf.Tensor =>
    tf.sum(tf.mul(x, tf.sin(tf.reshape(tf.range(0, x.size), x.shape))));
  return tf.add(weighted(lastHiddenState), weighted(pooledOutput as tf.Tensor)).asScalar();
}

function gradients(bert: Bert, run?: TrainingRun): Map<string, tf.Tensor> {
  const { grads, value } = tf.variableGrads(() => lossOf(bert, run), [...bert.parameters.values()]);
  value.dispose();
  const found = grads as Readonly<Record<string, tf.Tensor | null>>; // null for what is not trainable
  return new Map(
    [...bert.parameters].flatMap(([name, variable]) => {
      const gradient = found[variable.name];
      return gradient ? [[name, gradient] as const] : [];
    }),
  );
}

const values = ({ parameters }: Bert): Map<string, number[]> =>
  new Map([...parameters].map(([name, variable]) => [name, [...variable.dataSync()]]));
const code = (error: unknown): string => (error as { code: string }).code;

describe.each(['cpu', 'wasm'])('LoRA on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('has the gradients that the weight of every map gives it, and those of nothing else', () => {
    const bert = moved(ALL);
    const plain = mergeLora(bert);
    const ofWeights = gradients(plain);
    unmergeLora(bert);
    const found = gradients(bert);
    const scale = 2; // alpha / rank
    for (const module of bert.lora?.modules ?? []) {
      const dWeight = ofWeights.get(`${module}.weight`) as tf.Tensor2D;
      const change = bert.lora?.changeOf(module);
      if (!change) throw new Error(module);
      const expected = tf.tidy(() => [
        [...tf.mul(tf.matMul(dWeight, change.b, false, true), scale).dataSync()],
        [...tf.mul(tf.matMul(change.a, dWeight, true), scale).dataSync()],
      ]);
      for (const [i, part] of ['lora_A', 'lora_B'].entries()) {
        const gradient = [...(found.get(`${module}.${part}.weight`)?.dataSync() ?? [])];
        const largest = Math.max(...expected[i].map(Math.abs));
        const worst = Math.max(...gradient.map((value, at) => Math.abs(value - expected[i][at])));
        expect(worst).toBeLessThan(1e-5 + 1e-4 * largest);
      }
    }
    const trained = [...bert.parameters.keys()].filter((name) => bert.lora?.trains(name));
    expect(new Set(found.keys())).toEqual(new Set(trained));
    expect(
      trained.filter((name) => !name.includes('lora_')).every((name) => /bias$|LayerNorm/.test(name)),
    ).toBe(true);
    tf.dispose([...ofWeights.values(), ...found.values()]);
    bert.dispose();
  });

  it.each([
    ['query and value', {}],
    ['all maps, biases and norms', ALL],
  ])('is the same to the last bit with recomputed activations: %s', (_, options) => {
    const run = { seed: 5, step: 6 };
    const step = (recompute: boolean): Map<string, number[]> => {
      const bert = moved({ ...options, dropout: 0.2 }, recompute);
      const found = new Map(
        [...gradients(bert, run)].map(([name, tensor]) => [name, [...tensor.dataSync()]]),
      );
      bert.dispose();
      return found;
    };
    const kept = step(false);
    expect(kept.size).toBeGreaterThan(7);
    expect(step(true)).toEqual(kept);
  });

  it('drops what A sees in training only, by seed and step', () => {
    const bert = moved({ dropout: 0.5 });
    const loss = (run?: TrainingRun): number => tf.tidy(() => lossOf(bert, run).dataSync()[0]);
    expect(loss()).toBe(loss());
    expect(loss({ seed: 1, step: 0 })).toBe(loss({ seed: 1, step: 0 }));
    expect(loss({ seed: 1, step: 0 })).not.toBe(loss());
    expect(loss({ seed: 1, step: 0 })).not.toBe(loss({ seed: 1, step: 1 }));
    bert.dispose();
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const bert = moved(ALL);
      const inside = tf.memory().numTensors;
      tf.tidy(() => void gradients(bert, { seed: 1, step: 1 }));
      mergeLora(bert);
      unmergeLora(bert);
      expect(tf.memory().numTensors).toBe(inside);
      mergeLora(bert);
      bert.dispose();
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('addLora', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('starts as PEFT does: A uniform in ±1/sqrt(I), B zero, so that nothing changes', () => {
    const plain = Bert.fromConfig(config, { seed: 3 });
    const before = tf.tidy(() => lossOf(plain).dataSync()[0]);
    const bert = addLora(plain, { rank: 64, seed: 1 });
    const { a, b } = bert.lora?.changeOf('encoder.layer.1.attention.self.value') ?? {};
    expect([a?.shape, b?.shape]).toEqual([
      [16, 64],
      [64, 16],
    ]);
    const drawn = [...(a?.dataSync() ?? [])];
    expect(Math.max(...drawn.map(Math.abs))).toBeLessThanOrEqual(0.25);
    const deviation = Math.sqrt(drawn.reduce((sum, value) => sum + value ** 2, 0) / drawn.length);
    expect(deviation).toBeCloseTo(0.25 / Math.sqrt(3), 2);
    expect(Math.max(...(b?.dataSync() ?? [NaN]).map(Math.abs))).toBe(0);
    expect(tf.tidy(() => lossOf(bert).dataSync()[0])).toBeCloseTo(before, 4);
    bert.dispose();
  });

  it('says which maps there are when a target matches none', () => {
    const bert = Bert.fromConfig(config);
    const add = (options: AddLoraOptions) => () => addLora(bert, options);
    expect(add({ targets: ['query', 'q_proj'] })).toThrow(
      /found q_proj, which match nothing\. Each layer has attention\.self\.query, .*, output\.dense; above them is pooler\.dense/,
    );
    expect(add({ targets: 'encoder.*(' })).toThrow(/expected a regular expression/);
    expect(add({ targets: ['query'], layers: [2] })).toThrow(/layers below 2/);
    expect(add({ rank: 0, alpha: -1, dropout: 1 })).toThrow(/rank: .*; alpha: .*; dropout: /);
    bert.dispose();
  });

  it.each<[string, AddLoraOptions, number]>([
    ['an end of a name', { targets: ['output.dense'] }, 4],
    ['another', { targets: ['attention.output.dense'] }, 2],
    ['a whole name, as below a head', { targets: ['bert.encoder.layer.0.attention.self.key'] }, 1],
    ['a regular expression', { targets: '.*layer\\.1\\..*(query|key)' }, 2],
    ['some layers', { layers: [1] }, 2],
    ['all', { targets: 'all-linear' }, 13],
  ])('adapts %s', (_, options, count) => {
    const bert = addLora(Bert.fromConfig(config), options);
    expect(bert.lora?.modules).toHaveLength(count);
    bert.dispose();
  });

  it('does not adapt twice, nor train what is merged', () => {
    const bert = moved();
    expect(() => addLora(bert)).toThrow(/has LoRA already/);
    mergeLora(bert);
    expect(() => bert.encode(inputs(), { run: { seed: 1, step: 1 } })).toThrow(/unmergeLora first/);
    const plain = Bert.fromConfig(config);
    expect(() => mergeLora(plain)).toThrow(/without/);
    for (const each of [bert, plain]) each.dispose();
  });
});

describe('files of LoRA', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lora-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([
    ['as it is', false],
    ['merged', true],
  ])('come back to the last bit, saved %s', async (_, merged) => {
    const bert = moved(ALL);
    const before = values(bert);
    if (merged) mergeLora(bert);
    await saveLora(directory, bert);
    const read = await readLoraConfig(directory);
    expect(read).toMatchObject({
      rank: 3,
      alpha: 6,
      bias: 'all',
      targets: 'all-linear',
      modulesToSave: ['LayerNorm'],
    });
    const again = addLora(Bert.fromConfig(config, { seed: 3 }), read);
    await loadLora(directory, again);
    expect(values(again)).toEqual(before);
    const { entries, close } = await openSafetensors(join(directory, 'adapter_model.safetensors'));
    await close();
    const prefix = 'base_model.model.encoder.layer.0.attention.self.query';
    expect(entries.get(`${prefix}.lora_A.weight`)?.shape).toEqual([3, 16]);
    expect(entries.get(`${prefix}.base_layer.bias`)?.shape).toEqual([16]);
    for (const each of [bert, again]) each.dispose();
  });

  it('hold the model as it computes, or the one under LoRA', async () => {
    const base = values(Bert.fromConfig(config, { seed: 3 }));
    const bert = moved({ targets: ['intermediate.dense', 'pooler.dense'] });
    const output = tf.tidy(() => lossOf(bert).dataSync()[0]);
    await bert.savePretrained(join(directory, 'folded'));
    await bert.savePretrained(join(directory, 'base'), { foldLora: false });
    const folded = await Bert.fromPretrained(join(directory, 'folded'));
    expect(tf.tidy(() => lossOf(folded).dataSync()[0])).toBeCloseTo(output, 3);
    const under = await Bert.fromPretrained(join(directory, 'base'));
    expect(values(under)).toEqual(base);
    mergeLora(bert);
    await bert.savePretrained(join(directory, 'base'), { foldLora: false });
    const unmerged = await Bert.fromPretrained(join(directory, 'base'));
    expect(values(unmerged)).toEqual(base);
    for (const each of [bert, folded, under, unmerged]) each.dispose();
  });

  it('are refused where they do not fit, with nothing changed', async () => {
    const bert = moved();
    await saveLora(directory, bert);
    const other = addLora(Bert.fromConfig(config), { targets: ['query', 'key'], rank: 4 });
    const before = values(other);
    const error: unknown = await loadLora(directory, other).catch((thrown: unknown) => thrown);
    expect(code(error)).toBe('parameters-mismatch');
    expect(String(error)).toMatch(/lacks encoder\.layer\.0\.attention\.self\.key\.lora_A\.weight/);
    expect(String(error)).toMatch(/it has encoder\.layer\.0\.attention\.self\.value\.lora_A\.weight/);
    expect(String(error)).toMatch(/query\.lora_A\.weight must be 4, 16|must be \[4, 16\] but is \[8, 16\]/);
    expect(values(other)).toEqual(before);
    const plain = Bert.fromConfig(config);
    await expect(saveLora(directory, plain)).rejects.toThrow(/without/);
    for (const each of [bert, other, plain]) each.dispose();
    expect(readdirSync(directory).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  });

  it.each([
    [{ use_dora: true }, /use_dora: expected off/],
    [{ rank_pattern: { query: 4 } }, /rank_pattern: expected off/],
    [{ peft_type: 'IA3' }, /peft_type: expected "LORA"/],
    [{ r: 'eight' }, /r: expected a number, found "eight"/],
    [{ bias: 'some' }, /bias: expected none, all or lora_only/],
  ])('say what of PEFT is not done here: %j', async (change, message) => {
    const bert = moved();
    await saveLora(directory, bert);
    bert.dispose();
    const file = join(directory, 'adapter_config.json');
    const json = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...json, ...change }));
    await expect(readLoraConfig(directory)).rejects.toThrow(message);
    writeFileSync(file, '{');
    await expect(readLoraConfig(directory)).rejects.toMatchObject({ code: 'not-json' });
  });
});
