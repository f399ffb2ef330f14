import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { type GoldenTensor, goldenPath, readTensors } from '@bertune/testkit';

import { loadParameters } from '../src/checkpoint-load.js';
import type { FitOptions, StoredParameter } from '../src/checkpoint-fit.js';
import { createBertConfig, type BertConfig } from '../src/config.js';
import type { CheckpointError } from '../src/errors.js';
import { encoderParameters, linearParameters } from '../src/parameters.js';
import { readPretrainedConfig } from '../src/pretrained.js';
import { writeSafetensors } from '../src/safetensors/writer.js';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../src/safetensors/dtype.js';
import { rawFile, temporaryFolder } from './raw-safetensors.js';

const model = (folder: string): string => goldenPath(`model/${folder}`);
const originals = readTensors(model('tiny-gelu/hf/model.safetensors'));

async function load(
  source: string,
  expected: ReadonlyMap<string, StoredParameter>,
  options: FitOptions = {},
): Promise<{ values: Map<string, Float32Array>; report: Awaited<ReturnType<typeof loadParameters>> }> {
  const values = new Map<string, Float32Array>();
  const report = await loadParameters(source, expected, options, (name, loaded, shape) => {
    expect(shape).toEqual(expected.get(name)?.shape);
    values.set(name, loaded);
  });
  return { values, report };
}

/** The error of a load that must fail, after which nothing may have been assigned. */
async function failure(
  source: string,
  expected: ReadonlyMap<string, StoredParameter>,
  options: FitOptions = {},
): Promise<CheckpointError> {
  let assigned = 0;
  const error: unknown = await loadParameters(source, expected, options, () => {
    assigned++;
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(assigned).toBe(0);
  expect(error).toMatchObject({ name: 'CheckpointError' });
  return error as CheckpointError;
}

const config = async (folder: string): Promise<BertConfig> =>
  (await readPretrainedConfig(model(folder))).config;

/** What a parameter must be in memory, worked out by index from the file. */
function inMemory(tensor: GoldenTensor, transpose: boolean): Float32Array {
  if (!transpose) return Float32Array.from(tensor.data);
  const [out, input] = tensor.shape;
  return Float32Array.from(
    { length: out * input },
    (_, i) => tensor.data[(i % out) * input + Math.floor(i / out)],
  );
}

describe('loadParameters', () => {
  it.each<[string, (values: Float32Array) => Float32Array]>([
    ['tiny-gelu/hf', (values) => values],
    ['tiny-gelu/hf-encoder-only', (values) => values],
    ['tiny-gelu/hf-gamma-beta', (values) => values],
    ['tiny-gelu/hf-sharded', (values) => values],
    ['tiny-gelu/hf-fp16', (values) => fromFloat16(toFloat16(values))],
    ['tiny-gelu/hf-bf16', (values) => fromBfloat16(toBfloat16(values))],
  ])('gives every parameter of %s in memory orientation', async (folder, round) => {
    const expected = encoderParameters(await config(folder), true);
    const { values, report } = await load(model(folder), expected);
    expect([...values.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { transpose }] of expected) {
      const original = originals.get(`bert.${name}`);
      if (original === undefined) throw new Error(`${name} is not in the original`);
      expect(values.get(name)).toEqual(round(inMemory(original, transpose)));
    }
    expect(report).toMatchObject({ missing: [], mismatched: [], unexpected: [] });
    expect([...report.loaded].sort()).toEqual([...expected.keys()].sort());
    const heads = folder.endsWith('encoder-only')
      ? []
      : [...originals.keys()].filter((name) => name.startsWith('cls.'));
    expect(
      report.unused.map((name) => name.replace('beta', 'bias').replace('gamma', 'weight')).sort(),
    ).toEqual(heads.sort());
  });

  it.each(['tiny-gelu-new/hf', 'tiny-relu/hf'])('loads %s', async (folder) => {
    const expected = encoderParameters(await config(folder), true);
    const tensors = readTensors(model(`${folder}/model.safetensors`));
    const { values } = await load(model(folder), expected);
    for (const [name, { transpose }] of expected) {
      expect(values.get(name)).toEqual(inMemory(tensors.get(`bert.${name}`) as GoldenTensor, transpose));
    }
  });

  it('loads a head with its own orientation', async () => {
    const folder = goldenPath('heads/sequence-classification-5.hf');
    const parsed = await readPretrainedConfig(folder);
    expect(parsed.extra).toMatchObject({ problem_type: 'single_label_classification' });
    expect(parsed.architectures).toEqual(['BertForSequenceClassification']);
    const expected = new Map([
      ...encoderParameters(parsed.config, true),
      ...linearParameters('classifier', 32, 5),
    ]);
    const { values, report } = await load(folder, expected);
    const original = readTensors(join(folder, 'model.safetensors')).get('classifier.weight') as GoldenTensor;
    expect(values.get('classifier.weight')).toEqual(inMemory(original, true));
    expect(report.unused).toEqual([]);
  });

  it('asks that a new head or a missing pooler be listed, and says how', async () => {
    const tiny = await config('tiny-gelu/hf-no-pooler');
    const expected = new Map([...encoderParameters(tiny, true), ...linearParameters('classifier', 32, 3)]);
    const folder = model('tiny-gelu/hf-no-pooler');
    const error = await failure(folder, expected);
    const missing = ['pooler.dense.weight', 'pooler.dense.bias', 'classifier.weight', 'classifier.bias'];
    expect(error).toMatchObject({ code: 'parameters-mismatch', missing, unexpected: [], mismatched: [] });
    expect(error.message).toContain("'pooler', 'classifier'");
    expect(error.message).toContain('allowMissing');
    expect(
      (await failure(folder, expected, { allowMissing: ['pooler.dense', 'classifier.weight'] })).missing,
    ).toEqual(['classifier.bias']);
    const { values, report } = await load(folder, expected, { allowMissing: ['pooler', 'classifier'] });
    expect(report.missing).toEqual(missing);
    expect(values.has('pooler.dense.weight')).toBe(false);
  });

  it('reports a pooler that the model leaves out as unused', async () => {
    const { report } = await load(
      model('tiny-gelu/hf'),
      encoderParameters(await config('tiny-gelu/hf'), false),
    );
    expect(report.unused).toEqual(
      expect.arrayContaining(['bert.pooler.dense.bias', 'bert.pooler.dense.weight']),
    );
  });

  it('does not let the beginning of a word stand for a module', async () => {
    const expected = encoderParameters(await config('tiny-gelu/hf-no-pooler'), true);
    const error = await failure(model('tiny-gelu/hf-no-pooler'), expected, {
      allowMissing: ['pool', 'pooler.dense.w'],
    });
    expect(error.missing).toHaveLength(2);
  });

  it('reports missing, unexpected and mismatched together, with shapes as on disk', async () => {
    const tiny = await config('tiny-gelu/hf');
    const expected = encoderParameters({ ...tiny, intermediateSize: 60 }, true);
    expected.delete('encoder.layer.1.output.dense.bias');
    for (const [name, spec] of linearParameters('score', 32, 2)) expected.set(name, spec);
    const error = await failure(model('tiny-gelu/hf'), expected);
    expect(error.missing).toEqual(['score.weight', 'score.bias']);
    expect(error.unexpected).toEqual(['bert.encoder.layer.1.output.dense.bias']);
    expect(error.mismatched.map(({ name }) => name).sort()).toEqual([
      'encoder.layer.0.intermediate.dense.bias',
      'encoder.layer.0.intermediate.dense.weight',
      'encoder.layer.0.output.dense.weight',
      'encoder.layer.1.intermediate.dense.bias',
      'encoder.layer.1.intermediate.dense.weight',
      'encoder.layer.1.output.dense.weight',
    ]);
    expect(error.message).toContain(
      'encoder.layer.0.intermediate.dense.weight: expected [60, 32], found [64, 32]',
    );
    for (const name of [...error.missing, ...error.unexpected]) expect(error.message).toContain(name);
  });

  it('says when the model was not built from the configuration beside the weights', async () => {
    const other = createBertConfig({ ...(await config('tiny-gelu/hf')), hiddenSize: 64, numLayers: 3 });
    const { message } = await failure(model('tiny-gelu/hf'), encoderParameters(other, true));
    expect(message).toContain(
      `hidden_size: the model has 64, the weights have 32, ${model('tiny-gelu/hf')}/config.json says 32`,
    );
    expect(message).toContain('num_hidden_layers: the model has 3, the weights have 2');
    expect(message).toContain('Build the model from the configuration beside the weights.');
  });

  it('says when that configuration does not belong to the weights', async () => {
    const folder = temporaryFolder();
    copyFileSync(model('tiny-gelu/hf/model.safetensors'), join(folder, 'model.safetensors'));
    copyFileSync(model('tiny-relu/hf/config.json'), join(folder, 'config.json'));
    const { config: wrong } = await readPretrainedConfig(folder);
    const { message } = await failure(folder, encoderParameters(wrong, true));
    expect(message).toContain('vocab_size: the model has 120, the weights have 200');
    expect(message).toContain('The configuration does not belong to these weights');
    writeFileSync(join(folder, 'config.json'), '{');
    expect((await failure(folder, encoderParameters(wrong, true))).code).toBe('parameters-mismatch');
  });

  it('loads all but a head whose shape may differ', async () => {
    const folder = goldenPath('heads/sequence-classification-5.hf');
    const { config: tiny } = await readPretrainedConfig(folder);
    const expected = new Map([...encoderParameters(tiny, true), ...linearParameters('classifier', 32, 2)]);
    expect((await failure(folder, expected, { allowMissing: ['classifier'] })).message).toContain(
      'allowMismatched',
    );
    const { values, report } = await load(folder, expected, { allowMismatched: ['classifier'] });
    expect(report.mismatched).toContainEqual({
      name: 'classifier.weight',
      expected: '[2, 32]',
      found: '[5, 32]',
    });
    expect(values.has('classifier.weight')).toBe(false);
    expect(values.size).toBe(expected.size - 2);
  });

  const weight = { name: 'classifier.weight', shape: [1], values: () => new Float32Array(1) };
  const classifier = new Map([['classifier.weight', { shape: [1], transpose: false }]]);

  it('refuses two spellings of one parameter', async () => {
    const path = join(temporaryFolder(), 'model.safetensors');
    const spelled = (name: string): typeof weight => ({ ...weight, name });
    await writeSafetensors(path, [
      spelled('bert.embeddings.LayerNorm.gamma'),
      spelled('embeddings.LayerNorm.weight'),
    ]);
    expect((await failure(path, classifier)).code).toBe('duplicate-name');
  });

  it('refuses codes of a quantized model for values', async () => {
    const path = join(temporaryFolder(), 'model.safetensors');
    writeFileSync(
      path,
      rawFile({ 'classifier.weight': { dtype: 'I8', shape: [1], data_offsets: [0, 1] } }, 1),
    );
    expect((await failure(path, classifier)).mismatched).toEqual([
      { name: 'classifier.weight', expected: 'F64, F32, F16, BF16', found: 'I8' },
    ]);
  });

  it('accepts unknown tensors only by name', async () => {
    const path = join(temporaryFolder(), 'model.safetensors');
    await writeSafetensors(path, [weight, { ...weight, name: 'adapter.down' }]);
    expect((await failure(path, classifier)).unexpected).toEqual(['adapter.down']);
    const { report } = await load(path, classifier, { allowUnexpected: ['adapter'] });
    expect(report.unexpected).toEqual(['adapter.down']);
  });

  it('says what a folder without weights holds', async () => {
    const folder = temporaryFolder();
    expect((await failure(folder, classifier)).code).toBe('not-found');
    writeFileSync(join(folder, 'pytorch_model.bin'), '');
    expect((await failure(folder, classifier)).message).toContain('pytorch_model.bin');
    await expect(readPretrainedConfig(folder)).rejects.toMatchObject({ code: 'not-found' });
    writeFileSync(join(folder, 'config.json'), '{"vocab_size": NaN}');
    await expect(readPretrainedConfig(folder)).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'not-json',
    });
  });
});

describe('a sharded checkpoint', () => {
  const shard = 'model-00002-of-00003.safetensors';
  const indexName = 'model.safetensors.index.json';

  async function damaged(
    damage: (folder: string, index: { weight_map: Record<string, unknown> }) => void,
  ): Promise<CheckpointError> {
    const folder = temporaryFolder();
    cpSync(model('tiny-gelu/hf-sharded'), folder, { recursive: true });
    const index = JSON.parse(readFileSync(join(folder, indexName), 'utf8')) as {
      weight_map: Record<string, unknown>;
    };
    damage(folder, index);
    writeFileSync(join(folder, indexName), JSON.stringify(index));
    return failure(folder, encoderParameters(await config('tiny-gelu/hf'), true));
  }

  it('needs every file', async () => {
    const error = await damaged((folder) => rmSync(join(folder, shard)));
    expect(error.code).toBe('missing-shard');
    expect(error.message).toContain(shard);
  });

  it('needs every file whole', async () => {
    expect((await damaged((folder) => truncateSync(join(folder, shard), 40000))).code).toBe('truncated');
  });

  it.each<[string, (index: { weight_map: Record<string, unknown> }) => void]>([
    ['names a tensor that its file lacks', (index) => (index.weight_map.extra = shard)],
    ['names another file for a tensor', (index) => (index.weight_map['bert.pooler.dense.bias'] = shard)],
    ['leaves a tensor out', (index) => delete index.weight_map['bert.pooler.dense.bias']],
  ])('is refused when its index %s', async (_, change) => {
    expect((await damaged((_folder, index) => change(index))).code).toBe('index-mismatch');
  });

  it.each([
    '../x.safetensors',
    '/etc/x.safetensors',
    'a\\x.safetensors',
    'C:x.safetensors',
    '..',
    'config.json',
    'a/../x.safetensors',
  ])('never reads %s', async (path) => {
    const error = await damaged((folder, index) => {
      mkdirSync(join(folder, 'a'));
      index.weight_map['bert.pooler.dense.bias'] = path;
    });
    expect(error.code).toBe('unsafe-path');
    expect(error.message).toContain(JSON.stringify(path));
  });

  it('is refused when two files have a tensor of the same name', async () => {
    const folder = temporaryFolder();
    const tensor = (name: string) => ({ name, shape: [1], values: () => new Float32Array(1) });
    await writeSafetensors(join(folder, 'model-1.safetensors'), [tensor('a')]);
    await writeSafetensors(join(folder, 'model-2.safetensors'), [tensor('a'), tensor('b')]);
    const weightMap = { a: 'model-1.safetensors', b: 'model-2.safetensors' };
    writeFileSync(join(folder, indexName), JSON.stringify({ weight_map: weightMap }));
    expect((await failure(folder, new Map())).code).toBe('index-mismatch');
  });

  it.each<[string, unknown]>([
    ['a map of numbers', { 'bert.pooler.dense.bias': 3 }],
    ['an empty map', {}],
    ['a list', []],
  ])('is refused when its index has %s', async (_, map) => {
    expect(
      (await damaged((_folder, index) => (index.weight_map = map as Record<string, unknown>))).code,
    ).toBe('index-invalid');
  });
});
