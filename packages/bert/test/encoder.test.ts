import { expectClose, goldenPath, readGoldenJson, readTensors } from '@bertune/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { Bert } from '../src/bert.js';
import { type BertConfig, createBertConfig } from '../src/config.js';
import { parseBertConfig } from '../src/config-json.js';
import type { BertInputs } from '../src/inputs.js';
import { keepMask } from '../src/ops/dropout.js';
import { createVariable, encoderParameters } from '../src/parameters.js';

/** The golden weights, read without the package's own loader. */
function goldenBert(model: string, config: BertConfig): Bert {
  const stored = readTensors(goldenPath(`model/${model}/hf/model.safetensors`));
  const variables = new Map<string, tf.Variable>();
  for (const [name, spec] of encoderParameters(config, true)) {
    const tensor = stored.get(`bert.${name}`);
    if (!tensor) throw new Error(`golden model lacks ${name}`);
    const values = tf.tidy(() => {
      const onDisk = tf.tensor(tensor.data, [...tensor.shape]);
      return (spec.transpose ? tf.transpose(onDisk) : onDisk).dataSync() as Float32Array;
    });
    variables.set(name, createVariable(values, spec.shape));
  }
  return new Bert(config, variables);
}

function goldenConfig(model: string): BertConfig {
  const file = goldenPath(`model/${model}/hf/config.json`);
  return parseBertConfig(readGoldenJson(file), file);
}

const MODELS: [string, string, Partial<BertConfig>][] = [
  ['tiny-gelu', 'expected', {}],
  ['tiny-gelu', 'expected-google-gelu', { activation: 'gelu-tanh' }],
  ['tiny-gelu-new', 'expected', {}],
  ['tiny-relu', 'expected', {}],
];

describe.each(['cpu', 'wasm'])('encoder on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  describe.each(MODELS)('%s, %s', (model, file, override) => {
    const expected = readTensors(goldenPath(`model/${model}/${file}.safetensors`));
    const cases = [...new Set([...expected.keys()].map((name) => name.split('/')[0]))];
    let bert: Bert;
    beforeAll(() => {
      bert = goldenBert(model, { ...goldenConfig(model), ...override });
    });
    afterAll(() => {
      bert.dispose();
    });

    it.each(cases)('gives the reference states and attentions: %s', (name) => {
      const get = (key: string): { shape: readonly number[]; data: Float32Array | Int32Array } => {
        const tensor = expected.get(`${name}/${key}`);
        if (!tensor) throw new Error(`no ${name}/${key}`);
        return tensor;
      };
      const ids = get('input_ids');
      // A case without mask or types was run with the reference's defaults: all ones, all zeros.
      const int32 = (key: string, filler: number): tf.Tensor2D => {
        const data = expected.get(`${name}/${key}`)?.data ?? new Int32Array(ids.data.length).fill(filler);
        return tf.tensor2d(data, [ids.shape[0], ids.shape[1]], 'int32');
      };
      const inputs = {
        inputIds: int32('input_ids', 0),
        attentionMask: int32('attention_mask', 1),
        tokenTypeIds: int32('token_type_ids', 0),
      };
      const output = bert.encode(inputs, { hiddenStates: true, attentions: true });
      const compare = (tensor: tf.Tensor, key: string): void => {
        expect(tensor.shape).toEqual(get(key).shape);
        expectClose(tensor.dataSync(), get(key).data, { atol: 5e-5 }, key);
      };
      compare(output.lastHiddenState, 'last_hidden_state');
      if (!output.pooledOutput) throw new Error('no pooled output');
      compare(output.pooledOutput, 'pooler_output');
      expect(output.hiddenStates).toHaveLength(bert.config.numLayers + 1);
      expect(output.attentions).toHaveLength(bert.config.numLayers);
      output.hiddenStates.forEach((tensor, i) => compare(tensor, `hidden_states.${i}`));
      output.attentions.forEach((tensor, i) => {
        if (expected.has(`${name}/attentions.${i}`)) compare(tensor, `attentions.${i}`);
      });
      tf.dispose([output, inputs]);
    });
  });

  const config = createBertConfig({
    vocabSize: 50,
    hiddenSize: 16,
    numHeads: 2,
    numLayers: 2,
    intermediateSize: 32,
    maxPosition: 12,
  });
  const batch = (ids: number[][], mask?: number[][]): BertInputs => ({
    inputIds: tf.tensor2d(ids, undefined, 'int32'),
    attentionMask: tf.tensor2d(mask ?? ids.map((row) => row.map(() => 1)), undefined, 'int32'),
    tokenTypeIds: tf.tensor2d(
      ids.map((row) => row.map(() => 0)),
      undefined,
      'int32',
    ),
  });

  it('gives the same answer whatever lies under the padding', () => {
    const bert = Bert.fromConfig(config, { seed: 3 });
    const [a, b] = tf.tidy(() =>
      [0, 17].map((filler) => {
        const { lastHiddenState } = bert.encode(batch([[2, 7, 9, filler, filler]], [[1, 1, 1, 0, 0]]));
        return [...tf.slice(lastHiddenState, [0, 0, 0], [1, 3, 16]).dataSync()];
      }),
    );
    expect(a).toEqual(b);
    bert.dispose();
  });

  it('applies dropout in training only, the same for the same seed and step', () => {
    const bert = Bert.fromConfig(config, { seed: 3 });
    const inputs = batch([[2, 7, 9, 3]]);
    const states = (run?: { seed: number; step: number }): string =>
      tf.tidy(() =>
        bert
          .encode(inputs, run ? { run } : {})
          .lastHiddenState.dataSync()
          .join(),
      );
    const evaluation = states();
    expect(states()).toBe(evaluation);
    const training = states({ seed: 1, step: 0 });
    expect(training).not.toBe(evaluation);
    expect(states({ seed: 1, step: 0 })).toBe(training);
    expect(states({ seed: 1, step: 1 })).not.toBe(training);
    expect(states({ seed: 2, step: 0 })).not.toBe(training);
    bert.dispose();
    tf.dispose(inputs);
  });

  it('drops at the embeddings, the probabilities and both outputs of every layer, and nowhere else', () => {
    const bert = Bert.fromConfig({ ...config, hiddenDropout: 0.2, attentionDropout: 0.3 }, { seed: 3 });
    const inputs = batch([
      [2, 7, 9, 3],
      [2, 11, 12, 3],
    ]);
    const run = { seed: 5, step: 6 };
    const [b, t, h, d] = [2, 4, config.numHeads, config.hiddenSize];
    tf.tidy(() => {
      const p = (name: string): tf.Tensor => bert.parameters.get(name) as tf.Tensor;
      const drop = (x: tf.Tensor, rate: number, site: string): tf.Tensor =>
        tf.div(tf.mul(x, tf.cast(keepMask(x.shape, { rate, run, site }), 'float32')), 1 - rate);
      const dense = (x: tf.Tensor, name: string): tf.Tensor =>
        tf.add(tf.matMul(x as tf.Tensor2D, p(`${name}.weight`) as tf.Tensor2D), p(`${name}.bias`));
      const norm = (x: tf.Tensor, name: string): tf.Tensor => {
        const { mean, variance } = tf.moments(x, -1, true);
        const scaled = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-12)));
        return tf.add(tf.mul(scaled, p(`${name}.weight`)), p(`${name}.bias`));
      };
      const heads = (x: tf.Tensor): tf.Tensor4D =>
        tf.transpose(tf.reshape(x, [b, t, h, d / h]), [0, 2, 1, 3]);
      const words = tf.reshape(tf.gather(p('embeddings.word_embeddings.weight'), inputs.inputIds), [b, t, d]);
      const positions = tf.slice(p('embeddings.position_embeddings.weight') as tf.Tensor2D, [0, 0], [t, d]);
      const type = tf.slice(p('embeddings.token_type_embeddings.weight') as tf.Tensor2D, [0, 0], [1, d]);
      const sum = tf.reshape(tf.add(tf.add(words, positions), type), [b * t, d]);
      let x = drop(norm(sum, 'embeddings.LayerNorm'), 0.2, 'embeddings');
      for (let i = 0; i < config.numLayers; i++) {
        const layer = `encoder.layer.${i}`;
        const [q, k, v] = ['query', 'key', 'value'].map((part) =>
          heads(dense(x, `${layer}.attention.self.${part}`)),
        );
        const scores = tf.div(tf.matMul(q, k, false, true), Math.sqrt(d / h));
        const stack = drop(tf.reshape(tf.softmax(scores), [b * h, t, t]), 0.3, `${layer}.attention.self`);
        const context = tf.matMul(tf.reshape(stack, [b, h, t, t]) as tf.Tensor4D, v);
        const merged = tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [b * t, d]);
        const attended = drop(
          dense(merged, `${layer}.attention.output.dense`),
          0.2,
          `${layer}.attention.output`,
        );
        x = norm(tf.add(attended, x), `${layer}.attention.output.LayerNorm`);
        const wide = dense(x, `${layer}.intermediate.dense`);
        const activated = tf.mul(tf.mul(wide, 0.5), tf.add(tf.erf(tf.mul(wide, Math.SQRT1_2)), 1));
        x = norm(
          tf.add(drop(dense(activated, `${layer}.output.dense`), 0.2, `${layer}.output`), x),
          `${layer}.output.LayerNorm`,
        );
      }
      expectClose(bert.encode(inputs, { run }).lastHiddenState.dataSync(), x.dataSync(), { atol: 5e-6 });
    });
    bert.dispose();
  });

  it('moves every parameter: a gradient reaches each, and no tensor is left behind', () => {
    const bert = Bert.fromConfig(config, { seed: 3 });
    const inputs = batch([[2, 7, 9, 3, 4, 5, 6, 8, 10, 11, 12, 13]]);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const { grads } = tf.variableGrads(() => {
        const { lastHiddenState, pooledOutput } = bert.encode(inputs, { run: { seed: 1, step: 2 } });
        const weighted = tf.mul(
          lastHiddenState,
          tf.range(0, lastHiddenState.size).reshape(lastHiddenState.shape),
        );
        return tf.add(tf.sum(weighted), tf.sum(tf.square(pooledOutput as tf.Tensor2D))) as tf.Scalar;
      });
      const moved = [...bert.parameters].filter(([name, { name: id }]) => {
        const values = grads[id].dataSync();
        return name.endsWith('attention.self.key.bias') || values.some((value) => value !== 0);
      });
      expect(moved).toHaveLength(bert.parameters.size);
    });
    expect(tf.memory().numTensors).toBe(before);
    bert.dispose();
    tf.dispose(inputs);
  });

  it('frees everything: encode in a loop, then dispose', () => {
    const before = tf.memory().numTensors;
    const bert = Bert.fromConfig(config);
    for (let i = 0; i < 3; i++) {
      const inputs = batch([[2, 7, 9, 3]]);
      const { lastHiddenState, pooledOutput } = bert.encode(inputs);
      tf.dispose([
        lastHiddenState,
        pooledOutput as tf.Tensor,
        ...Object.values(inputs as object),
      ] as tf.Tensor[]);
    }
    expect(tf.memory().numTensors).toBe(before + bert.parameters.size);
    bert.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has a gradient through the attention probabilities it returns', () => {
    const bert = Bert.fromConfig(config, { seed: 3 });
    const inputs = batch([[2, 7, 9, 3]]);
    const query = bert.parameters.get('encoder.layer.0.attention.self.query.weight') as tf.Variable;
    const before = tf.memory().numTensors;
    const largest = tf.tidy(() => {
      const { grads } = tf.variableGrads(
        () => tf.sum(tf.square(bert.encode(inputs, { attentions: true }).attentions[0])) as tf.Scalar,
        [query],
      );
      return tf.max(tf.abs(grads[query.name])).dataSync()[0];
    });
    expect(largest).toBeGreaterThan(1e-7);
    expect(tf.memory().numTensors).toBe(before);
    bert.dispose();
    tf.dispose(inputs);
  });

  it('names the id that has no row, and where it stands', () => {
    const bert = Bert.fromConfig(config);
    const word = batch([
      [1, 2],
      [3, 50],
    ]);
    expect(() => bert.encode(word)).toThrow(
      /inputIds: expected ids from 0 to 49, found 50 in row 1, token 1/,
    );
    const type = { ...batch([[1, 2]]), tokenTypeIds: tf.tensor2d([[0, 2]], [1, 2], 'int32') };
    expect(() => bert.encode(type)).toThrow(
      /tokenTypeIds: expected ids from 0 to 1, found 2 in row 0, token 1/,
    );
    bert.dispose();
  });

  it('runs on parameters that were made on another backend', async () => {
    await tf.setBackend(backend === 'cpu' ? 'wasm' : 'cpu');
    const bert = Bert.fromConfig(config, { seed: 3 });
    const inputs = batch([[2, 7, 9, 3]]);
    const there = tf.tidy(() => bert.encode(inputs).lastHiddenState.dataSync());
    await tf.setBackend(backend);
    expectClose(
      tf.tidy(() => bert.encode(inputs).lastHiddenState.dataSync()),
      there,
      { atol: 5e-6 },
    );
    bert.dispose();
    tf.dispose(inputs);
  });

  it('is freed once, however often it is disposed, with nothing else', () => {
    const bert = Bert.fromConfig(config);
    const kept = tf.clone([...bert.parameters.values()][0]);
    bert.dispose();
    bert.dispose();
    expect(kept.dataSync()).toHaveLength(kept.size);
    kept.dispose();
  });

  it('names the parameter that a model lacks', () => {
    expect(() => new Bert(config, new Map())).toThrow(/expected embeddings\./);
  });

  it('refuses inputs that do not fit, saying which and how', () => {
    const bert = Bert.fromConfig(config);
    const good = batch([[1, 2, 3]]);
    const code = (inputs: BertInputs): string => {
      try {
        bert.encode(inputs);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(code({ ...good, attentionMask: tf.ones([1, 2], 'int32') })).toBe('wrong-shape');
    expect(code({ ...good, inputIds: tf.tensor2d([[1, 2, 3]]) })).toBe('wrong-dtype');
    expect(code(batch([Array.from({ length: 13 }, () => 1)]))).toBe('too-long');
    bert.dispose();
  });
});

describe('initial weights', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  const config = createBertConfig({ vocabSize: 3000, hiddenSize: 64, numLayers: 1, maxPosition: 16 });

  it('are a normal distribution cut at two deviations, the padding row zero', () => {
    const bert = Bert.fromConfig(config, { seed: 11 });
    const words = bert.parameters.get('embeddings.word_embeddings.weight')?.dataSync() as Float32Array;
    expect(words.slice(0, 64).every((value) => value === 0)).toBe(true);
    const rest = words.slice(64);
    const largest = rest.reduce((max, value) => Math.max(max, value), 0);
    expect(largest).toBeLessThanOrEqual(Math.fround(0.04));
    expect(largest).toBeGreaterThan(0.0399);
    const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
    const deviation = Math.sqrt(rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length);
    expect(Math.abs(mean)).toBeLessThan(2e-4);
    // A normal distribution cut at 2 sigma has 0.8796 of its deviation.
    expect(Math.abs(deviation / 0.02 - 0.8796)).toBeLessThan(0.01);
    bert.dispose();
  });

  it('depend on the seed alone', () => {
    const draw = (seed: number): string => {
      const bert = Bert.fromConfig(config, { seed });
      const values = bert.parameters.get('encoder.layer.0.output.dense.weight')?.dataSync().join() ?? '';
      bert.dispose();
      return values;
    };
    expect(draw(1)).toBe(draw(1));
    expect(draw(1)).not.toBe(draw(2));
  });
});
