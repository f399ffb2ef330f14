/*
 * Writes models with LoRA for open-lora.py: for each case the base model, the adapter, the model with the changes in its
 * weights, and our logits. Build first: pnpm turbo run build --filter sentiment...
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const app = fileURLToPath(new URL('../../apps/sentiment/', import.meta.url));
const load = (name) => import(pathToFileURL(createRequire(`${app}package.json`).resolve(name)).href);
const { addLora, Bert, createBertConfig, saveLora } = await import(
  `${app}node_modules/@bertune/bert/dist/index.js`
);
const { SequenceClassifier } = await import(`${app}node_modules/@bertune/heads/dist/index.js`);
const tf = (await load('@tensorflow/tfjs')).default;

const CASES = {
  'query-value': { rank: 4, alpha: 8 },
  'all-linear': { rank: 2, alpha: 3, targets: 'all-linear', rankStabilized: true },
  'lora-only-biases': { targets: ['intermediate.dense', 'attention.output.dense'], bias: 'lora_only' },
  'all-biases': { targets: ['key'], bias: 'all', layers: [1] },
  'pooler-and-norms': { modulesToSave: ['pooler', 'LayerNorm'] },
};
const config = createBertConfig({
  vocabSize: 60,
  hiddenSize: 32,
  numHeads: 4,
  numLayers: 2,
  intermediateSize: 64,
  maxPosition: 32,
});
const ids = Array.from({ length: 4 }, (_, row) =>
  Array.from({ length: 9 }, (_, i) => (row * 17 + i * 7 + 5) % 60),
);
const rows = {
  input_ids: ids,
  attention_mask: ids.map((row, i) => row.map((_, at) => (at < 9 - i ? 1 : 0))),
};
rows.token_type_ids = ids.map((row) => row.map((_, at) => (at > 4 ? 1 : 0)));

await tf.ready();
for (const [name, options] of Object.entries(CASES)) {
  const folder = join(process.argv[2], name);
  mkdirSync(folder, { recursive: true });
  const bert = addLora(Bert.fromConfig(config, { seed: 1 }), options);
  const model = SequenceClassifier.fromEncoder(bert, { labels: ['no', 'yes'], seed: 2 });
  await model.savePretrained(join(folder, 'base'), { foldLora: false });
  // As after training: everything that is trained has moved.
  for (const [parameter, variable] of model.parameters) {
    if (!bert.lora.trains(parameter)) continue;
    tf.tidy(() =>
      variable.assign(tf.add(variable, tf.randomUniform(variable.shape, -0.2, 0.2, 'float32', 7))),
    );
  }
  const tensor = (values) => tf.tensor2d(values, [4, 9], 'int32');
  const inputs = {
    inputIds: tensor(rows.input_ids),
    attentionMask: tensor(rows.attention_mask),
    tokenTypeIds: tensor(rows.token_type_ids),
  };
  const logits = await model.logits(inputs).array();
  await saveLora(join(folder, 'adapter'), model, { taskType: 'SEQ_CLS' });
  await model.savePretrained(join(folder, 'folded'));
  writeFileSync(join(folder, 'logits.json'), JSON.stringify({ inputs: rows, logits }));
  model.dispose();
}
