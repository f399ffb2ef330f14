import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { goldenPath } from '@bertune/testkit';

import { bertConfigExtra, bertConfigToJson, parseBertConfig } from '../src/config-json.js';
import { bertSizes, createBertConfig } from '../src/config.js';
import { ConfigError } from '../src/errors.js';

const golden = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(goldenPath(path), 'utf8')) as Record<string, unknown>;

const google = {
  attention_probs_dropout_prob: 0.1,
  hidden_act: 'gelu',
  hidden_dropout_prob: 0.1,
  hidden_size: 32,
  initializer_range: 0.02,
  intermediate_size: 64,
  max_position_embeddings: 64,
  num_attention_heads: 4,
  num_hidden_layers: 2,
  type_vocab_size: 2,
  vocab_size: 200,
};

function problemsOf(run: () => unknown): [string, string | undefined][] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.code).toBe('invalid-config');
    for (const { field } of error.problems) expect(error.message).toContain(field);
    return error.problems.map(({ field, found }) => [field, found]);
  }
  throw new Error('expected a ConfigError');
}

describe('parseBertConfig', () => {
  it.each([
    [
      'tiny-gelu',
      'gelu',
      { vocabSize: 200, hiddenSize: 32, numHeads: 4, typeVocabSize: 2, layerNormEpsilon: 1e-12 },
    ],
    [
      'tiny-gelu-new',
      'gelu-tanh',
      { vocabSize: 150, hiddenSize: 48, numHeads: 6, numLayers: 3, maxPosition: 40 },
    ],
    [
      'tiny-relu',
      'relu',
      { vocabSize: 120, hiddenSize: 24, intermediateSize: 40, typeVocabSize: 4, layerNormEpsilon: 1e-5 },
    ],
  ])('reads what transformers wrote for %s', (model, activation, fields) => {
    const config = parseBertConfig(golden(`model/${model}/hf/config.json`), 'config.json');
    expect(config).toMatchObject({
      activation,
      hiddenDropout: 0,
      attentionDropout: 0,
      classifierDropout: null,
      ...fields,
    });
  });

  it('takes gelu for the tanh form in a file of Google and for the exact one in a file of Hugging Face', () => {
    const activation = (source: string, options = {}, extra = {}): string =>
      parseBertConfig({ ...google, ...extra }, source, options).activation;
    expect(activation('/models/uncased/bert_config.json')).toBe('gelu-tanh');
    expect(activation('https://host/a/bert_config.json?v=1')).toBe('gelu-tanh');
    expect(activation('/models/uncased/config.json')).toBe('gelu');
    expect(activation('settings')).toBe('gelu-tanh');
    expect(activation('settings', {}, { model_type: 'bert' })).toBe('gelu');
    expect(activation('bert_config.json', {}, { model_type: 'bert' })).toBe('gelu');
    expect(activation('bert_config.json', { flavour: 'hugging-face' })).toBe('gelu');
    expect(activation('config.json', { flavour: 'google' })).toBe('gelu-tanh');
  });

  it('fills in only what upstream fills in', () => {
    const {
      hidden_dropout_prob: _,
      attention_probs_dropout_prob: __,
      initializer_range: ___,
      ...rest
    } = google;
    expect(parseBertConfig(rest, 'config.json')).toMatchObject({
      hiddenDropout: 0.1,
      attentionDropout: 0.1,
      initializerRange: 0.02,
      layerNormEpsilon: 1e-12,
      padTokenId: 0,
      classifierDropout: null,
    });
    expect(
      problemsOf(() => parseBertConfig({}, 'config.json'))
        .map(([field]) => field)
        .sort(),
    ).toEqual([
      'hidden_act',
      'hidden_size',
      'intermediate_size',
      'max_position_embeddings',
      'num_attention_heads',
      'num_hidden_layers',
      'type_vocab_size',
      'vocab_size',
    ]);
  });

  it('reports every problem in one error', () => {
    const broken = {
      ...google,
      model_type: 'roberta',
      vocab_size: '200',
      hidden_size: 30,
      num_hidden_layers: -1,
      intermediate_size: 2.5,
      hidden_act: 'swish',
      hidden_dropout_prob: 1,
      layer_norm_eps: 0,
      position_embedding_type: 'relative_key',
      is_decoder: true,
      add_cross_attention: true,
      quantization_config: { bits: 4 },
      max_position_embeddings: undefined,
    };
    const problems = problemsOf(() => parseBertConfig(JSON.parse(JSON.stringify(broken)), 'config.json'));
    expect(problems[0]).toEqual(['model_type', '"roberta"']);
    expect(problems.sort()).toEqual([
      ['add_cross_attention', 'true'],
      ['hidden_act', '"swish"'],
      ['hidden_dropout_prob', '1'],
      ['hidden_size', '30'],
      ['intermediate_size', '2.5'],
      ['is_decoder', 'true'],
      ['layer_norm_eps', '0'],
      ['max_position_embeddings', undefined],
      ['model_type', '"roberta"'],
      ['num_hidden_layers', '-1'],
      ['position_embedding_type', '"relative_key"'],
      ['quantization_config', '{"bits":4}'],
      ['vocab_size', '"200"'],
    ]);
  });

  it.each([
    ['distilbert', { model_type: 'distilbert' }, 'model_type'],
    ['a pad token outside the vocabulary', { pad_token_id: 200 }, 'pad_token_id'],
    ['a classifier dropout of two', { classifier_dropout: 2 }, 'classifier_dropout'],
    ['an infinite deviation', { initializer_range: Infinity }, 'initializer_range'],
    ['a size beyond any array', { vocab_size: 2 ** 40 }, 'vocab_size'],
    ['more layers than memory has names for', { num_hidden_layers: 2e9 }, 'num_hidden_layers'],
    ['as many heads', { hidden_size: 2e9, num_attention_heads: 2e9 }, 'num_attention_heads'],
  ])('refuses %s', (_, change, field) => {
    const problems = problemsOf(() => parseBertConfig({ ...google, ...change }, 'config.json'));
    expect(problems.map(([name]) => name)).toEqual([field]);
  });

  it.each([[null], [[]], ['text'], [3]])('refuses %j, which is not an object', (json) => {
    expect(() => parseBertConfig(json, 'x/config.json')).toThrow(
      expect.objectContaining({ code: 'not-json' }),
    );
  });

  it('takes no default from the prototype of objects', () => {
    const json = Object.create({ vocab_size: 5 }) as object;
    expect(problemsOf(() => parseBertConfig(json, 'config.json')).map(([field]) => field)).toContain(
      'vocab_size',
    );
  });
});

describe('bertConfigToJson', () => {
  it.each([
    'model/tiny-gelu/hf',
    'model/tiny-gelu-new/hf',
    'model/tiny-relu/hf',
    'heads/sequence-classification-5.hf',
  ])('gives back what %s said', (directory) => {
    const json = golden(`${directory}/config.json`);
    const { architectures: _, dtype: __, transformers_version: ___, ...kept } = json;
    const written = bertConfigToJson(parseBertConfig(json, 'config.json'), bertConfigExtra(json));
    expect(written).toEqual(kept);
    expect(Object.keys(written)).toEqual(Object.keys(written).sort());
  });

  it('turns a file of Google into one that names its activation', () => {
    const written = bertConfigToJson(parseBertConfig(google, 'bert_config.json'));
    expect(written).toMatchObject({ model_type: 'bert', hidden_act: 'gelu_new', layer_norm_eps: 1e-12 });
    expect(parseBertConfig(written, 'config.json').activation).toBe('gelu-tanh');
  });

  it('does not let further keys change the model', () => {
    const written = bertConfigToJson(createBertConfig(), {
      hidden_size: 1,
      model_type: 'x',
      id2label: { 0: 'no' },
    });
    expect(written).toMatchObject({ hidden_size: 768, model_type: 'bert', id2label: { 0: 'no' } });
  });
});

describe('createBertConfig', () => {
  it('is BERT-base by default', () => {
    expect(createBertConfig()).toEqual({
      vocabSize: 30522,
      hiddenSize: 768,
      numLayers: 12,
      numHeads: 12,
      intermediateSize: 3072,
      activation: 'gelu',
      hiddenDropout: 0.1,
      attentionDropout: 0.1,
      classifierDropout: null,
      maxPosition: 512,
      typeVocabSize: 2,
      layerNormEpsilon: 1e-12,
      initializerRange: 0.02,
      padTokenId: 0,
    });
  });

  it.each([
    ['tiny', 2, 128, 2, 512],
    ['mini', 4, 256, 4, 1024],
    ['small', 4, 512, 8, 2048],
    ['medium', 8, 512, 8, 2048],
    ['large', 24, 1024, 16, 4096],
  ] as const)('knows the released size %s', (size, numLayers, hiddenSize, numHeads, intermediateSize) => {
    expect(createBertConfig(bertSizes[size])).toMatchObject({
      numLayers,
      hiddenSize,
      numHeads,
      intermediateSize,
    });
  });

  it('reports every problem in the words of its caller', () => {
    const wrong = { hiddenSize: 30, hiddenDropout: 2, colour: 'red' };
    expect(problemsOf(() => createBertConfig(wrong)).sort()).toEqual([
      ['colour', '"red"'],
      ['hiddenDropout', '2'],
      ['numHeads', undefined],
    ]);
    expect(problemsOf(() => createBertConfig({ hiddenSize: 30, numHeads: 4 }))).toEqual([
      ['hiddenSize', '30'],
    ]);
  });
});
