import { Bert, parseBertConfig } from '@bertune/bert';
import { EmbeddingDistillationModel } from '@bertune/heads';
import { expectClose, goldenPath, readGoldenJson, readTensors } from '@bertune/testkit';
import { expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { inMemory } from '../helpers/golden-traces.js';
import { assignGolden, goldenInputs, goldenLabel, WAYS } from './golden.js';
import { describeNative } from './native.js';

// By torch, tools/reference/embedding_distillation.py, on the weights and texts of the pre-training.
const file = '../../../../packages/heads/test/golden/embedding-distillation.safetensors';
const golden = readTensors(new URL(file, import.meta.url).pathname);
const preTraining = readTensors(goldenPath('heads/pre-training.safetensors'));
const index = readGoldenJson<Record<string, { config: object }>>(goldenPath('heads/index.json'));
const data = (name: string): ArrayLike<number> => golden.get(name)?.data ?? [];

describeNative('distillation of embeddings on native TensorFlow', () => {
  it.each(WAYS)('%s: loss, gradients and similarities are those of torch', (_, run) => {
    const json = { ...index['pre-training'].config, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
    const bert = Bert.fromConfig(parseBertConfig({ ...json, model_type: 'bert' }, 'config.json'));
    const model = EmbeddingDistillationModel.fromEncoder(bert, { embeddingSize: 5, maskedWeight: 0.3 });
    const own = [...golden].map(([name, value]) => [`param/${name}`, value] as const);
    assignGolden(model.parameters, new Map([...preTraining, ...own]), 'param/');
    const batch = {
      ...goldenInputs(preTraining, 'input/'),
      labels: goldenLabel(preTraining, 'labels') as tf.Tensor2D,
      teacherEmbeddings: tf.tensor2d(Float32Array.from(data('teacher_embeddings')), [4, 5]),
    };
    const watched = [...model.parameters].flatMap(([name, variable]) => {
      const gradient = golden.get(`grad/bert.${name}`) ?? golden.get(`grad/${name}`);
      return gradient ? [{ name, variable, gradient }] : [];
    });
    expect(watched).toHaveLength(6);
    const { loss, grads, predictions } = run(() => {
      const variables = watched.map(({ variable }) => variable);
      const { value, grads: byName } = tf.variableGrads(() => model.loss(batch), variables);
      const { predictions: all } = model.lossAndPredictions(batch);
      return { loss: value, grads: variables.map(({ name }) => byName[name]), predictions: all };
    });
    const [expected] = Array.from(data('loss'));
    expectClose(loss.dataSync(), [expected], { atol: 1e-5 * expected }, 'loss');
    for (const [at, { name, gradient }] of watched.entries()) {
      const bounds = { atol: 1e-5, rtolOfMax: 1e-4 };
      expectClose(grads[at].dataSync(), inMemory(name, gradient), bounds, name);
    }
    const similarities = tf.tidy(() => tf.slice(predictions, [0, 0], [4, 1]).dataSync());
    expectClose(similarities, data('similarities'), { atol: 1e-5 }, 'similarities');
    tf.dispose([loss, ...grads, predictions, ...Object.values(batch)]);
    model.dispose();
  });
});
