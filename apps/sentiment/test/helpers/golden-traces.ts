import { Bert, gradualUnfreezing, layerwiseDecay, parseBertConfig } from '@bertune/bert';
import { type ClassifierOptions, type SequenceBatch, SequenceClassifier } from '@bertune/heads';
import { expectClose, goldenPath, type GoldenTensor, readGoldenJson, readTensors } from '@bertune/testkit';
import {
  adam,
  adamW,
  bertAdam,
  type Callback,
  compile,
  type CompileOptions,
  type Dataset,
  type Executor,
  googleLinearSchedule,
  linearSchedule,
  sgd,
  type StepLogs,
} from '@bertune/train';
import { expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

interface Trace {
  name: string;
  compile: CompileOptions;
  head?: Partial<ClassifierOptions>;
  config?: Record<string, unknown>;
  batchSize?: number;
  accumulate?: number;
  stepsPerEpoch?: number;
}

const depth = { numLayers: 2 };
const clipNorm = 1;
const decayed = adamW({ learningRate: 1e-3, weightDecay: 0.01 });
const keras: Omit<Trace, 'name'> = {
  compile: { optimizer: adam({ learningRate: 1e-3, epsilon: 1e-7 }), clipNorm: Infinity },
  head: { problem: 'binary' },
  config: { hidden_act: 'gelu_new' },
};
const TRACES: Trace[] = [
  {
    name: 'sgd-momentum',
    compile: { optimizer: sgd({ learningRate: 0.02, momentum: 0.9 }), clipNorm: Infinity },
  },
  { name: 'adamw-plain', compile: { optimizer: adamW({ learningRate: 1e-3 }), clipNorm: Infinity } },
  {
    name: 'adamw-hf',
    compile: {
      optimizer: adamW({ learningRate: 1e-3, weightDecay: 0.05 }),
      schedule: linearSchedule({ warmupSteps: 2 }),
      clipNorm,
    },
  },
  {
    name: 'bert-adam',
    compile: {
      optimizer: bertAdam({ learningRate: 1e-3, weightDecay: 0.01 }),
      schedule: googleLinearSchedule({ warmupSteps: 2 }),
      clipNorm: { maxNorm: 1, formula: 'tensorflow' },
    },
  },
  { name: 'accumulate-4x2', compile: { optimizer: decayed, clipNorm }, batchSize: 2, accumulate: 4 },
  { name: 'big-batch-8', compile: { optimizer: decayed, clipNorm } },
  { name: 'label-smoothing', compile: { optimizer: decayed, clipNorm }, head: { labelSmoothing: 0.1 } },
  {
    name: 'class-weights-torch',
    compile: { optimizer: decayed, clipNorm },
    head: { classWeights: [0.3, 1.7] },
  },
  {
    name: 'class-weights-keras',
    compile: { optimizer: decayed, clipNorm },
    head: { classWeights: [0.3, 1.7], weightedMean: 'examples' },
  },
  {
    name: 'frozen',
    compile: {
      optimizer: decayed,
      clipNorm,
      trainable: (name) => !/^(embeddings|encoder\.layer\.0)\./.test(name),
    },
  },
  {
    name: 'layerwise-lr-decay',
    compile: { optimizer: decayed, clipNorm, learningRateScale: layerwiseDecay(0.8, depth) },
  },
  {
    name: 'gradual-unfreezing',
    compile: { optimizer: decayed, clipNorm, trainFrom: gradualUnfreezing(1, depth) },
    stepsPerEpoch: 2,
  },
  { ...keras, name: 'keras-adam-sigmoid-bce' },
  { ...keras, name: 'keras-adam-logits-bce' },
  { ...keras, name: 'keras-adam-label-smoothing', head: { problem: 'binary', labelSmoothing: 0.1 } },
  {
    ...keras,
    name: 'keras-adam-class-weight',
    head: { problem: 'binary', classWeights: [0.5, 2], weightedMean: 'examples' },
  },
];

/** A row of the golden batches. */
export type Example = {
  inputIds: Int32Array;
  attentionMask: Int32Array;
  tokenTypeIds: Int32Array;
  label: number;
};
const LENGTH = 10;

/** The golden batches in their order: step i is examples 8 i to 8 i + 7. */
export function goldenData(): Dataset<Example, SequenceBatch> {
  const stored = readTensors(goldenPath('train/batches.safetensors'));
  const rows = (name: string): Int32Array => stored.get(name)?.data as Int32Array;
  const row = (name: string, i: number): Int32Array => rows(name).subarray(i * LENGTH, (i + 1) * LENGTH);
  const examples = Array.from(rows('labels'), (label, i) => ({
    inputIds: row('input_ids', i),
    attentionMask: row('attention_mask', i),
    tokenTypeIds: row('token_type_ids', i),
    label,
  }));
  const stack = (batch: readonly Example[], name: Exclude<keyof Example, 'label'>): tf.Tensor2D =>
    tf.tensor2d(
      batch.map((example) => [...example[name]]),
      [batch.length, LENGTH],
      'int32',
    );
  return {
    examples,
    length: () => LENGTH,
    collate: (batch) => ({
      inputIds: stack(batch, 'inputIds'),
      attentionMask: stack(batch, 'attentionMask'),
      tokenTypeIds: stack(batch, 'tokenTypeIds'),
      labels: tf.tensor1d(
        batch.map(({ label }) => label),
        'int32',
      ),
    }),
  };
}

/** Values as memory holds them: matrices of affine maps are [input, output] here, [output, input] in the files. */
export function inMemory(name: string, { shape, data }: GoldenTensor): Float32Array {
  if (!name.endsWith('.weight') || /embeddings\.|LayerNorm/.test(name)) return Float32Array.from(data);
  const [rows, columns] = shape;
  const result = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) result[(i % columns) * rows + Math.floor(i / columns)] = data[i];
  return result;
}

const stored = (
  tensors: ReadonlyMap<string, GoldenTensor>,
  prefix: string,
  name: string,
): GoldenTensor | undefined => tensors.get(`${prefix}bert.${name}`) ?? tensors.get(`${prefix}${name}`);

/** The classifier that a trace starts from. @param steps tensors of the trace, which may have a start of their own */
export function startOf(
  { name, config, head }: Pick<Trace, 'name' | 'config' | 'head'>,
  steps: ReadonlyMap<string, GoldenTensor>,
): SequenceClassifier {
  const index = readGoldenJson<Record<string, { config: object }>>(goldenPath('heads/index.json'));
  const json = {
    ...index['sequence-classification-2'].config,
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
    ...config,
  };
  const bert = Bert.fromConfig(parseBertConfig(json, 'config.json'));
  const classifier = SequenceClassifier.fromEncoder(bert, { labels: ['negative', 'positive'], ...head });
  const init = readTensors(goldenPath('train/init.safetensors'));
  for (const [parameter, variable] of classifier.parameters) {
    const value = stored(steps, 'init/', parameter) ?? stored(init, '', parameter);
    if (!value) throw new Error(`${name}: no initial ${parameter}`);
    tf.tidy(() => variable.assign(tf.tensor(inMemory(parameter, value), variable.shape)));
  }
  return classifier;
}

/**
 * Whole training runs against the references on the active backend: encoder, head, loss, clipping, schedule and optimiser
 * together. Losses within 2e-5, parameters within 1e-4, gradient norms within 1e-4 of their size.
 * @param makeExecutor default: TensorFlow.js, op by op
 */
export function itFollowsTheGoldenTraces(makeExecutor?: () => Executor): void {
  it.each(TRACES.map((trace) => [trace.name, trace] as const))('%s', async (name, trace) => {
    const expected = readGoldenJson<{
      steps: number;
      loss: number[];
      lr: (number | number[])[];
      grad_norm?: number[];
      grad_norm_before_clipping?: number[];
    }>(goldenPath(`train/${name}.json`));
    const steps = readTensors(goldenPath(`train/${name}.safetensors`));
    const classifier = startOf(trace, steps);
    const logs: StepLogs[] = [];
    let compared = 0;
    const compare: Callback = {
      onTrainBatchEnd(_step, log) {
        logs.push(log);
        for (const [parameter, variable] of classifier.parameters) {
          if (parameter.endsWith('attention.self.key.bias')) continue; // mathematically zero gradient
          const value = stored(steps, `step${log.step + 1}/`, parameter);
          if (!value) continue;
          compared++;
          expectClose(
            variable.dataSync(),
            inMemory(parameter, value),
            { atol: 1e-4 },
            `${parameter} after step ${log.step + 1}`,
          );
        }
      },
    };
    const executor = makeExecutor?.();
    const trained = compile(classifier, { ...trace.compile, ...(executor && { executor }) });
    await trained.fit(goldenData(), {
      batchSize: trace.batchSize ?? 8,
      gradientAccumulationSteps: trace.accumulate ?? 1,
      maxSteps: expected.steps,
      stepsPerEpoch: trace.stepsPerEpoch,
      shuffle: false,
      groupByLength: false,
      callbacks: [compare],
    });
    expect(logs).toHaveLength(expected.steps);
    expectClose(
      logs.map(({ loss }) => loss),
      expected.loss,
      { atol: 2e-5 },
      'losses',
    );
    expectClose(
      logs.map(({ learningRate }) => learningRate),
      expected.lr.map((lr) => (Array.isArray(lr) ? Math.max(...lr) : lr)),
      { atol: 1e-9 },
      'learning rates',
    );
    const norms = expected.grad_norm ?? expected.grad_norm_before_clipping ?? [];
    expectClose(
      logs.map(({ gradientNorm }) => gradientNorm),
      norms,
      { atol: 1e-5, rtolOfMax: 1e-4 },
      'norms',
    );
    // At least the last step's parameters, all but the two key biases (a frozen run stores what it trains).
    expect(compared).toBeGreaterThanOrEqual(name === 'frozen' ? 19 : classifier.parameters.size - 2);
    trained.dispose();
    classifier.dispose();
  });
}
