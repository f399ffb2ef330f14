import { addLora, loadLora, mergeLora, readLoraConfig, unmergeLora } from '@bertune/bert';
import { SequenceClassifier } from '@bertune/heads';
import { expectClose, goldenPath, type GoldenTensor, readGoldenJson, readTensors } from '@bertune/testkit';
import { adamW, compile, type Executor } from '@bertune/train';
import { expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { goldenData, inMemory, startOf } from './golden-traces.js';

const trace = readTensors(goldenPath('train/lora.safetensors'));
const adapter = goldenPath('train/lora-adapter');

/** The value that PEFT gives a parameter of ours in `init`, `final` or another part of the trace. */
function stored(part: string, name: string): GoldenTensor {
  const peft = name
    .replace(/^(encoder\.)/, 'bert.$1')
    .replace(/\.(lora_[AB])\./, '.$1.default.')
    .replace(/^classifier\./, 'classifier.modules_to_save.default.');
  const tensor = trace.get(`${part}/base_model.model.${peft}`);
  if (!tensor) throw new Error(`golden data lacks ${part}/${peft}`);
  return tensor;
}

/** The classifier of the trace with LoRA, its A, B and head as `init`, other parts or the adapter have them. */
async function adapted(part: 'init' | 'adapter'): Promise<SequenceClassifier> {
  const { bert, parameters } = startOf({ name: 'lora' }, new Map());
  const head = new Map([...parameters].filter(([name]) => !bert.parameters.has(name)));
  const config = await readLoraConfig(adapter);
  const model = new SequenceClassifier(addLora(bert, config), head, { labels: ['negative', 'positive'] });
  if (part === 'adapter') {
    await loadLora(adapter, model);
    return model;
  }
  for (const [name, variable] of trainedOf(model)) {
    tf.tidy(() => variable.assign(tf.tensor(inMemory(name, stored(part, name)), variable.shape)));
  }
  return model;
}

function trainedOf({ bert, parameters }: SequenceClassifier): [string, tf.Variable][] {
  return [...parameters].filter(([name]) => bert.lora?.trains(name));
}

/**
 * LoRA against PEFT on the active backend: ten steps of training, the adapter that PEFT saved, its merged weights. Losses
 * within 2e-5, parameters within 1e-4, logits within 5e-5.
 * @param makeExecutor default: TensorFlow.js, op by op
 */
export function itFollowsPeft(makeExecutor?: () => Executor): void {
  it('trains A, B and the classifier as PEFT does, and holds state for them alone', async () => {
    const expected = readGoldenJson<{ loss: number[]; grad_norm: number[] }>(goldenPath('train/lora.json'));
    const model = await adapted('init');
    const before = frozenValues(model);
    const executor = makeExecutor?.();
    const compiled = compile(model, {
      optimizer: adamW({ learningRate: 0.005, weightDecay: 0.01, noDecay: [] }),
      clipNorm: Infinity,
      ...(executor && { executor }),
    });
    const options = { batchSize: 8, maxSteps: 10, shuffle: false, groupByLength: false };
    const { losses, gradientNorms } = await compiled.fit(goldenData(), options);
    expectClose(losses, expected.loss, { atol: 2e-5 }, 'losses');
    expectClose(gradientNorms, expected.grad_norm, { atol: 1e-5, rtolOfMax: 1e-4 }, 'norms');
    const trained = trainedOf(model);
    expect(trained).toHaveLength(10);
    for (const [name, variable] of trained) {
      expectClose(variable.dataSync(), inMemory(name, stored('final', name)), { atol: 1e-4 }, name);
    }
    expect(frozenValues(model)).toEqual(before);
    const { slots } = await compiled.exportOptimizerState();
    expect(new Set([...slots.keys()].map((key) => key.split('/')[0]))).toEqual(
      new Set(trained.map(([name]) => name)),
    );
    compiled.dispose();
    model.dispose();
  });

  it("computes with PEFT's adapter what PEFT does; merged, and unmerged to the last bit", async () => {
    const model = await adapted('adapter');
    const { examples, collate } = goldenData();
    const batch = collate(examples.slice(0, 8));
    const logits = trace.get('logits-final-batch0')?.data ?? [];
    const executor = makeExecutor?.();
    const probabilities = async (of: SequenceClassifier): Promise<Float32Array> =>
      executor
        ? (await executor.predict(of, batch)).values
        : (tf.tidy(() => of.predict(batch)).dataSync() as Float32Array);
    const expected = tf.tidy(() => tf.softmax(tf.tensor2d(logits, [8, 2]))).dataSync();
    expectClose(await probabilities(model), expected, { atol: 2e-5 }, 'adapted');

    const before = allValues(model);
    const head = new Map([...model.parameters].filter(([name]) => !model.bert.parameters.has(name)));
    const merged = new SequenceClassifier(mergeLora(model.bert), head, { labels: ['negative', 'positive'] });
    expect([...merged.parameters.keys()].some((name) => name.includes('lora_'))).toBe(false);
    for (const module of model.bert.lora?.modules ?? []) {
      const golden = trace.get(`merged/bert.${module}.weight`);
      if (!golden) throw new Error(module);
      const weight = merged.parameters.get(`${module}.weight`)?.dataSync() ?? [];
      expectClose(weight, inMemory(`${module}.weight`, golden), { atol: 1e-6 }, module);
    }
    expectClose(await probabilities(merged), expected, { atol: 2e-5 }, 'merged');
    // What has been compiled of the adapted model stays right.
    expectClose(await probabilities(model), expected, { atol: 2e-5 }, 'adapted, merged');
    unmergeLora(model.bert);
    expect(allValues(model)).toEqual(before);
    expectClose(await probabilities(model), expected, { atol: 2e-5 }, 'unmerged');
    tf.dispose(batch);
    model.dispose();
  });
}

function frozenValues(model: SequenceClassifier): Map<string, number[]> {
  const trained = new Set(trainedOf(model).map(([name]) => name));
  return new Map([...allValues(model)].filter(([name]) => !trained.has(name)));
}

function allValues({ parameters }: SequenceClassifier): Map<string, number[]> {
  return new Map([...parameters].map(([name, variable]) => [name, [...variable.dataSync()]]));
}
