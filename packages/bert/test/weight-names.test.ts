import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { goldenPath, readTensors } from '@bertune/testkit';

import { parseBertConfig } from '../src/config-json.js';
import { encoderParameters } from '../src/parameters.js';
import {
  belongsToAnotherHead,
  isBuffer,
  isEncoderParameter,
  otherOrientation,
  toCheckpointName,
  toParameterName,
  transposed,
} from '../src/weight-names.js';

const config = parseBertConfig(
  JSON.parse(readFileSync(goldenPath('model/tiny-gelu/hf/config.json'), 'utf8')),
  'config.json',
);
const parameters = encoderParameters(config, true);

describe('weight names', () => {
  it('go to a checkpoint and back', () => {
    for (const name of [
      ...parameters.keys(),
      'classifier.weight',
      'cls.predictions.bias',
      'qa_outputs.bias',
    ]) {
      for (const prefix of ['bert.', ''] as const)
        expect(toParameterName(toCheckpointName(name, prefix))).toBe(name);
    }
    expect(toCheckpointName('classifier.weight', 'bert.')).toBe('classifier.weight');
  });

  it.each([
    ['hf', 'bert.'],
    ['hf-gamma-beta', 'bert.'],
    ['hf-encoder-only', ''],
  ] as const)('are those of %s, with the shapes of its tensors', (folder, prefix) => {
    const tensors = readTensors(goldenPath(`model/tiny-gelu/${folder}/model.safetensors`));
    const encoder = [...tensors.keys()]
      .map(toParameterName)
      .filter((name) => isEncoderParameter(name) && !isBuffer(name));
    expect(encoder.sort()).toEqual([...parameters.keys()].sort());
    if (folder === 'hf-gamma-beta') return;
    for (const [name, { shape, transpose }] of parameters) {
      expect(otherOrientation(shape, transpose)).toEqual(tensors.get(toCheckpointName(name, prefix))?.shape);
    }
  });

  it('renames gamma and beta only below a LayerNorm', () => {
    expect(toParameterName('bert.embeddings.LayerNorm.gamma')).toBe('embeddings.LayerNorm.weight');
    expect(toParameterName('cls.predictions.transform.LayerNorm.beta')).toBe(
      'cls.predictions.transform.LayerNorm.bias',
    );
    expect(toParameterName('classifier.beta')).toBe('classifier.beta');
    expect(toParameterName('encoder.gamma')).toBe('encoder.gamma');
  });

  it('takes the prefix only from the encoder', () => {
    expect(toParameterName('bert.classifier.weight')).toBe('bert.classifier.weight');
    expect(isBuffer(toParameterName('bert.embeddings.position_ids'))).toBe(true);
    expect(isBuffer(toParameterName('bert.embeddings.token_type_ids'))).toBe(true);
    expect(belongsToAnotherHead(toParameterName('bert.pooler.dense.bias'))).toBe(true);
    expect(belongsToAnotherHead('encoder.layer.9.output.dense.bias')).toBe(false);
    expect(belongsToAnotherHead('classifierish')).toBe(false);
  });
});

describe('transposed', () => {
  it.each([
    [1, 1],
    [3, 70],
    [33, 64],
    [65, 31],
    [8, 32],
    [7, 33],
    [100, 1],
    [0, 4],
  ])('exchanges rows and columns of [%i, %i]', (rows, columns) => {
    const values = Float32Array.from({ length: rows * columns }, (_, i) => i);
    const result = transposed(values, rows, columns);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) expect(result[c * rows + r]).toBe(r * columns + c);
    }
    expect(transposed(result, columns, rows)).toEqual(values);
  });
});
