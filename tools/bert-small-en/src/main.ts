/**
 * Makes `@bertune/bert-small-en` of a pre-trained model, in about two minutes:
 * `pnpm --filter @bertune/bert-small-en build-model MODEL CORPUS [LOG...]`.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { argv, env, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';

import { type Measured, modelCard } from './card.js';
import { drawCurve, readCurve } from './curve.js';
import { fillIn } from './fill-in.js';
import { SENTENCES } from './sentences.js';
import { runSentiment } from './sentiment.js';
import { type CorpusSources, notice } from './sources.js';
import { trainingRecord } from './training-record.js';
import { dropTeacherLayer } from './without-teacher.js';

const PACKAGE = fileURLToPath(new URL('../../../packages/bert-small-en/', import.meta.url));
const TRAINING = fileURLToPath(new URL('../training.md', import.meta.url));
/** Of fine-tuning; the pre-training had none. */
const DROPOUT = { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 };

const [model, corpus, log, steps] = argv.slice(2);
if (model === undefined || corpus === undefined || log === undefined) {
  stderr.write('usage: build-model MODEL CORPUS LOG [STEPS]\n');
  stderr.write('  MODEL   folder that sentiment pretrain saved\n');
  stderr.write('  CORPUS  folder with everyday.txt and sources.json of tools/corpus\n');
  stderr.write('  LOG     log.jsonl of the pre-training\n');
  stderr.write('  STEPS   steps of the log that count, where the weights are older\n');
  process.exit(2);
}
const path = (file: string): string => resolve(env.INIT_CWD ?? '.', file);
const target = join(PACKAGE, 'model');
const docs = join(PACKAGE, 'docs');
mkdirSync(docs, { recursive: true });
const json = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

runSentiment(['convert', path(model), target, '--dtype', 'float16', '--overwrite']);
await dropTeacherLayer(join(target, 'model.safetensors'));
const config = { ...(json(join(target, 'config.json')) as { max_position_embeddings: number }), ...DROPOUT };
writeFileSync(join(target, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);

const isBoth = (config as { architectures?: string[] }).architectures?.[0] === 'BertForPreTraining';
const folder = mkdtempSync(join(tmpdir(), 'bert-small-en-'));
const training = trainingRecord(json(join(path(model), 'run.json')));
const { maxLength } = training.options;
let measured: Measured;
let documents: number;
try {
  const measure = (length: number): Record<string, unknown> => {
    const output = join(folder, `measured-${length}`);
    runSentiment([
      ...['pretrain', '--measure-only', '--model', target, '--corpus', join(path(corpus), 'everyday.txt')],
      ...['--task', isBoth ? 'both' : 'masked-tokens', '--max-length', String(length), '--output', output],
    ]);
    return json(join(output, 'run.json'));
  };
  const [record, longest] = [maxLength, config.max_position_embeddings].map(measure);
  const { teacher_similarity } = training.result;
  const { masked_accuracy } = longest.result as Measured;
  measured = { ...(record.result as Measured), longest_masked_accuracy: masked_accuracy, teacher_similarity };
  ({ documents } = record.corpus as { documents: number });
} finally {
  rmSync(folder, { recursive: true });
}
writeFileSync(join(docs, 'training.json'), `${JSON.stringify(training, null, 1)}\n`);
const sources = json(join(path(corpus), 'sources.json')) as unknown as CorpusSources;
writeFileSync(join(PACKAGE, 'NOTICE'), `${notice(sources).trim()}\n`);
const curve = readCurve(path(log), steps === undefined ? undefined : Number(steps));
writeFileSync(join(docs, 'curve.svg'), drawCurve(curve, 'Training loss'));
const filledIn = await fillIn(target, SENTENCES);
const { parameters, hasPooler } = weights(join(target, 'model.safetensors'));
const card = modelCard({
  config,
  parameters,
  hasPooler,
  bytes: statSync(join(target, 'model.safetensors')).size,
  length: maxLength,
  training: readFileSync(TRAINING, 'utf8'),
  curve,
  corpus: sources,
  heldOut: `every hundredth of the ${documents.toLocaleString('en')} documents of everyday.txt`,
  measured,
  filledIn,
  command: `pnpm --filter @bertune/bert-small-en build-model ${['MODEL', 'CORPUS', 'LOG'].join(' ')}`,
});
const readme = join(PACKAGE, 'README.md');
writeFileSync(readme, await format(card, { ...(await resolveConfig(readme)), filepath: readme }));
const figures = { measured, filledIn, curve };
writeFileSync(join(docs, 'figures.json'), `${JSON.stringify(figures, null, 1)}\n`);
stderr.write(`written: ${PACKAGE}\n`);

/** Of the header of safetensors: number of values, and whether a pooler is among them. */
function weights(file: string): { parameters: number; hasPooler: boolean } {
  const bytes = readFileSync(file);
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString()) as Record<
    string,
    { readonly shape?: readonly number[] }
  >;
  const shapes = Object.values(header).flatMap(({ shape }) => (shape ? [shape] : []));
  return {
    parameters: shapes.reduce((sum, shape) => sum + shape.reduce((size, n) => size * n, 1), 0),
    hasPooler: Object.keys(header).some((name) => name.includes('pooler.')),
  };
}
