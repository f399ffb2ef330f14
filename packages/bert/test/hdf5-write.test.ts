import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { goldenPath, readTensors } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import h5wasm, { type Dataset, File as LibraryFile, Group } from 'h5wasm/node';

import { openCheckpoint } from '../src/checkpoint-open.js';
import type { ParameterToSave } from '../src/saving/parameter-to-save.js';
import { type BertConfig, createBertConfig } from '../src/config.js';
import { parseBertConfig } from '../src/config-json.js';
import type { FileToWrite } from '../src/files.js';
import { openHdf5 } from '../src/hdf5/hdf5-reader.js';
import { kerasHubFiles } from '../src/hdf5/keras-hub-files.js';
import { tfModelFile } from '../src/hdf5/tf-model-file.js';
import { type DatasetToWrite, hdf5Bytes } from '../src/hdf5/write-hdf5.js';
import type { Texts } from '../src/hdf5/write-messages.js';
import { mapHuggingFaceTfName, toHuggingFaceTfName } from '../src/names/hugging-face-tf-names.js';
import { nameKerasPaths, toKerasPath } from '../src/names/keras-hub-names.js';
import { encoderParameters } from '../src/parameters.js';
import { toCheckpointName, toParameterName, transposed } from '../src/weight-names.js';
import { temporaryFolder } from './raw-safetensors.js';

const model = (name: string): string => goldenPath(`model/tiny-gelu/${name}`);
const original = readTensors(model('hf/model.safetensors'));
original.delete('cls.predictions.decoder.weight');
original.delete('cls.predictions.decoder.bias');

/** A parameter as a model has it, from what Hugging Face has: kernels [in, out]. */
function parameter(shape: readonly number[], values: Float32Array, transpose: boolean): ParameterToSave {
  const [rows, columns] = shape;
  if (!transpose) return { shape, transpose, values: () => values };
  return { shape: [columns, rows], transpose, values: () => transposed(values, rows, columns) };
}

/** @param isTurned whether kernels come as a model has them, or as Hugging Face does */
const parameters = (wanted: RegExp, isTurned = true): Map<string, ParameterToSave> =>
  new Map(
    [...original]
      .filter(([name]) => wanted.test(name))
      .map(([name, { shape, data }]) => {
        const isKernel = shape.length === 2 && !name.includes('_embeddings');
        return [toParameterName(name), parameter(shape, data as Float32Array, isKernel && isTurned)];
      }),
  );

async function bytesOf(content: FileToWrite['content']): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of content()) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}

async function write(files: readonly FileToWrite[]): Promise<string> {
  const folder = temporaryFolder();
  for (const { name, content } of files) writeFileSync(join(folder, name), await bytesOf(content));
  return folder;
}

async function expectOriginal(source: string, wanted: RegExp, others: readonly string[] = []): Promise<void> {
  const checkpoint = await openCheckpoint(source);
  const tensors = [...original].filter(([name]) => wanted.test(name));
  expect([...checkpoint.entries.keys()].sort()).toEqual([...tensors.map(([name]) => name), ...others].sort());
  for (const [name, { shape, data }] of tensors) {
    expect([name, ...(checkpoint.entries.get(name)?.shape ?? [])]).toEqual([name, ...shape]);
    expect([name, await checkpoint.read(name)]).toEqual([name, data]);
  }
  await checkpoint.close();
}

const tiny = {
  vocabSize: 200,
  hiddenSize: 32,
  numLayers: 2,
  numHeads: 4,
  intermediateSize: 64,
  maxPosition: 64,
};
const config: BertConfig = createBertConfig({ ...tiny, activation: 'gelu-tanh', hiddenDropout: 0 });

// Opened by transformers 4.57.6 (tf_keras 2.21) and KerasHub 0.32.0 too: tools/reference/open_keras.py.
describe('tf_model.h5', () => {
  it.each([
    ['BertModel', /^bert\./, 'tf_bert_model', ['bert']],
    ['BertForPreTraining', /./, 'tf_bert_for_pre_training', ['bert', 'mlm___cls', 'nsp___cls']],
    ['BertForMaskedLM', /^(bert|cls\.predictions)\./, 'tf_bert_for_masked_lm', ['bert', 'mlm___cls']],
  ])('of %s gives every tensor back, bit for bit', async (architecture, wanted, name, layers) => {
    for (const isTurned of [true, false]) {
      const folder = await write([tfModelFile(parameters(wanted, isTurned), architecture)]);
      await expectOriginal(folder, wanted);
      const file = new LibraryFile(join(folder, 'tf_model.h5'), 'r');
      const texts = (group: string, attribute: string): unknown =>
        (file.get(group) as Group).attrs[attribute].value;
      expect(texts('/', 'layer_names')).toEqual(layers);
      expect(texts('/', 'backend')).toBe('tensorflow');
      for (const layer of layers) {
        const weights = texts(`/${layer}`, 'weight_names') as string[];
        expect(weights.every((weight) => weight.startsWith(`${name}/`))).toBe(true);
        for (const weight of weights)
          expect((file.get(`/${layer}/${weight}`) as Dataset).shape).not.toBeNull();
        if (layer === 'mlm___cls')
          expect(weights).toContain(`${name}/bert/embeddings/word_embeddings/weight:0`);
      }
      file.close();
    }
  });

  it('has the same datasets as the file that transformers wrote, and the same values', async () => {
    const folder = await write([tfModelFile(parameters(/./), 'BertForPreTraining')]);
    const [ours, theirs] = [join(folder, 'tf_model.h5'), model('hf-tf-h5/tf_model.h5')].map(
      (path) => new LibraryFile(path, 'r'),
    );
    const datasets = (file: LibraryFile): string[] =>
      file
        .paths()
        .filter((path) => !(file.get(path) instanceof Group))
        .sort();
    expect(datasets(ours)).toEqual(datasets(theirs));
    for (const path of datasets(ours)) {
      const [a, b] = [ours, theirs].map((file) => file.get(path) as Dataset);
      expect([path, a.shape, a.dtype, a.value]).toEqual([path, b.shape, b.dtype, b.value]);
    }
    ours.close();
    theirs.close();
  });

  it('is not written for parameters that such a model does not have', () => {
    const extra = new Map([
      ...parameters(/^bert/),
      ['crf.transitions', parameter([2], new Float32Array(2), false)],
    ]);
    expect(() => tfModelFile(extra, 'BertModel')).toThrow(
      expect.objectContaining({ code: 'parameters-mismatch', unexpected: ['crf.transitions'] }),
    );
  });
});

describe('a preset of KerasHub', () => {
  it.each([true, false])('gives every tensor and the configuration back (turned: %s)', async (isTurned) => {
    const classifier = parameter(
      [3, 32],
      new Float32Array(96).map((_, i) => i),
      isTurned,
    );
    const bias = parameter([3], Float32Array.of(1, 2, 3), false);
    const heads = new Map([
      ['classifier.weight', classifier],
      ['classifier.bias', bias],
    ]);
    const folder = await write(kerasHubFiles(new Map([...parameters(/^bert/, isTurned), ...heads]), config));
    await expectOriginal(folder, /^bert/, ['classifier.weight', 'classifier.bias']);
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.entries.get('classifier.weight')?.shape).toEqual([3, 32]);
    expect(await checkpoint.read('classifier.weight')).toEqual(new Float32Array(96).map((_, i) => i));
    await checkpoint.close();
    const path = join(folder, 'config.json');
    expect(parseBertConfig(JSON.parse(readFileSync(path, 'utf8')), path)).toEqual({
      ...config,
      attentionDropout: 0,
    });
  });

  it('has the datasets of the file that KerasHub wrote', async () => {
    const folder = await write(kerasHubFiles(parameters(/^bert/), config));
    const [ours, theirs] = [folder, model('keras-hub')].map(
      (path) => new LibraryFile(join(path, 'model.weights.h5'), 'r'),
    );
    const datasets = (file: LibraryFile): unknown[] =>
      file
        .paths()
        .sort()
        .map((path) => [path, file.get(path)] as const)
        .filter(([, entity]) => !(entity instanceof Group))
        .map(([path, entity]) => [path, (entity as Dataset).shape, (entity as Dataset).value]);
    expect(datasets(ours)).toEqual(datasets(theirs));
    ours.close();
    theirs.close();
  });

  it('is not written where its outputs would differ', () => {
    expect(() => kerasHubFiles(parameters(/^bert/), { ...config, activation: 'gelu' })).toThrow(
      expect.objectContaining({
        code: 'not-supported',
        message: expect.stringMatching(/tanh.*the model has hidden_act gelu/),
      }),
    );
    expect(() => kerasHubFiles(parameters(/^bert|^cls\.predictions/), config)).toThrow(
      expect.objectContaining({
        code: 'parameters-mismatch',
        unexpected: expect.arrayContaining(['cls.predictions.bias']),
      }),
    );
  });
});

describe('names', () => {
  it('go to TensorFlow and KerasHub and back', () => {
    const specs = encoderParameters(createBertConfig({ numLayers: 12 }), true);
    const heads = [
      'classifier.weight',
      'classifier.bias',
      'qa_outputs.weight',
      'cls.seq_relationship.bias',
      'cls.predictions.bias',
    ];
    const names = [...[...specs.keys()].map((name) => toCheckpointName(name, 'bert.')), ...heads];
    for (const name of names) {
      const { weight } = toHuggingFaceTfName(name, 'tf_bert_model')!;
      expect(mapHuggingFaceTfName(weight).name).toBe(name);
    }
    const backbone = names.slice(0, specs.size);
    const paths = backbone.map((name) => toKerasPath(name)!.path);
    expect([...nameKerasPaths(paths).values()].map(({ name }) => name)).toEqual(backbone);
  });
});

describe('HDF5 files', () => {
  const dataset = (
    path: string,
    values: readonly number[],
    links: readonly string[] = [],
  ): DatasetToWrite => ({
    path,
    links,
    shape: [values.length],
    values: () => Float32Array.from(values),
  });

  it('are read by the library, with wide and deep groups, links, empty datasets and attributes', async () => {
    await h5wasm.ready;
    const names = Array.from({ length: 256 }, (_, i) => `row_${i * 7}`);
    const attributes = new Map<string, ReadonlyMap<string, Texts>>([
      [
        '',
        new Map<string, Texts>([
          ['one', 'ünïcödé'],
          ['none', ''],
        ]),
      ],
      ['wide', new Map<string, Texts>([['list', ['a', 'bcd', '']]])],
      ['no datasets', new Map()],
    ]);
    const datasets = [
      ...names.map((name, i) => dataset(`wide/${name}`, [i, i + 1, i + 2])),
      dataset('a/b/c/d/e/f/g/ü', [1.5], ['other/name']),
      { path: 'matrix', shape: [2, 0], values: () => new Float32Array() },
      { path: 'scalar', shape: [], values: () => Float32Array.of(7) },
    ];
    const folder = await write([{ name: 'x.h5', content: () => hdf5Bytes(datasets, attributes) }]);
    const file = new LibraryFile(join(folder, 'x.h5'), 'r');
    const value = (path: string): unknown => (file.get(path) as Dataset).value;
    names.forEach((name, i) => expect(value(`/wide/${name}`)).toEqual(Float32Array.of(i, i + 1, i + 2)));
    expect([value('/a/b/c/d/e/f/g/ü'), value('/other/name')]).toEqual([
      Float32Array.of(1.5),
      Float32Array.of(1.5),
    ]);
    expect((file.get('/matrix') as Dataset).shape).toEqual([2, 0]);
    expect(value('/scalar')).toBe(7);
    expect([file.attrs.one.value, file.attrs.none.value]).toEqual(['ünïcödé', '']);
    expect((file.get('/wide') as Group).attrs.list.value).toEqual(['a', 'bcd', '']);
    expect((file.get('/no datasets') as Group).keys()).toEqual([]);
    file.close();
    const own = await openHdf5(join(folder, 'x.h5'));
    expect([...own.entries.keys()].sort()).toEqual(
      [...names.map((name) => `wide/${name}`), 'a/b/c/d/e/f/g/ü', 'other/name', 'matrix', 'scalar'].sort(),
    );
    expect([...(await own.read(`wide/${names[255]}`))]).toEqual([255, 256, 257]);
    await own.close();
  });

  it('are not written when they could not be read', async () => {
    const written = (
      datasets: readonly DatasetToWrite[],
      attributes = new Map<string, ReadonlyMap<string, Texts>>(),
    ): Promise<unknown> => bytesOf(() => hdf5Bytes(datasets, attributes));
    const wide = Array.from({ length: 257 }, (_, i) => dataset(`row_${i}`, []));
    await expect(written(wide)).rejects.toMatchObject({
      code: 'not-supported',
      message: expect.stringMatching(/256 objects, not 257/),
    });
    await expect(written([dataset('a', []), dataset('a', [])])).rejects.toThrow(/two objects/);
    await expect(written([dataset('a', []), dataset('a/b', [])])).rejects.toThrow(
      /a\/b: there are two objects a\./,
    );
    await expect(written([{ path: 'a', shape: [2], values: () => new Float32Array(3) }])).rejects.toThrow(
      /expected 2 values/,
    );
    const long = new Map([['', new Map([['list', ['x'.repeat(70_000)]]])]]);
    await expect(written([], long)).rejects.toMatchObject({ code: 'not-supported' });
  });
});
