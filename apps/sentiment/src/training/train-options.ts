import { columns, running } from '../common-options.js';
import { choice, decimal, flag, integer, text, type Option } from '../option-kinds.js';
import {
  parseClassWeights,
  parseFreeze,
  parseLog,
  type ClassWeights,
  type Freeze,
  type Log,
} from '../option-values.js';
import { SHIPPED_MODEL } from '../model/model-names.js';
import { defaultText } from './defaults.js';
import { distillationOptions } from '../distillation/distillation-options.js';
import { robustOptions } from './robust-options.js';
import { estimateOptions } from '../estimate/estimate-options.js';
import { repeatOptions } from '../repeats/repeat-options.js';

const freeze: Option<Freeze> = {
  placeholder: 'none|embeddings|encoder|N|NAME,...',
  help: 'leave as they are: the embeddings, all but pooler and head, the embeddings and the first N layers, or the modules named, such as encoder.layer.0',
  default: 'none',
  defaultText: 'none',
  parse: parseFreeze,
};

const classWeights: Option<ClassWeights> = {
  placeholder: 'none|balanced|NAME=W,...',
  help: 'weight of each class in the loss; balanced is inverse to its share of the training examples',
  default: 'none',
  defaultText: 'none',
  parse: parseClassWeights,
};

const log: Option<Log> = {
  placeholder: 'none|csv,jsonl,tensorboard',
  help: 'write the figures into --output as they come: log.csv by epoch, log.jsonl by step, tensorboard/ for TensorBoard',
  default: 'none',
  defaultText: 'none',
  parse: parseLog,
};

/** Options of `sentiment train`. */
export const trainOptions = {
  model: text(
    'SOURCE',
    'model to start from: folder, archive, id on the Hugging Face hub (OWNER/NAME[@REVISION]), handle of TensorFlow Hub or Kaggle, address; none: a small BERT with random weights',
    SHIPPED_MODEL,
    `${SHIPPED_MODEL}, which comes along`,
  ),
  train: text('FILE', 'training examples (.csv, .tsv, .jsonl)', undefined, 'the built-in reviews'),
  valid: text(
    'FILE',
    'examples to watch the training with',
    undefined,
    '10 % of the training examples, taken out of them',
  ),
  test: text('FILE', 'examples to report on at the end', undefined, 'those of --valid'),
  ...columns,
  task: choice(
    ['single-label', 'multi-label', 'sigmoid', 'regression'],
    'what the labels are: one class, several (written a|b), one of two with one logit, or a number',
    undefined,
    'that of --model if it has one, else single-label',
  ),
  epochs: integer('passes over the training examples', undefined, {
    min: 1,
    max: 100_000,
    defaultText: defaultText('epochs'),
  }),
  earlyStopping: integer(
    'end when the valid loss has not fallen for N epochs, and keep the weights of the epoch where it was lowest',
    undefined,
    { min: 1, defaultText: 'the weights of the last epoch' },
  ),
  maxSteps: integer('end after this many optimizer steps, whatever --epochs says', undefined, { min: 1 }),
  batchSize: integer('examples per batch', 32, { min: 1, max: 65_536 }),
  batchTokens: integer('tokens per batch, padding included, at most; replaces --batch-size', undefined, {
    min: 8,
  }),
  accumulate: integer('batches per optimizer step', 1, { min: 1 }),
  learningRate: decimal('learning rate at its highest', undefined, {
    min: 0,
    aboveMin: true,
    defaultText: defaultText('learningRate'),
  }),
  warmupRatio: decimal('share of the steps in which the learning rate rises from 0', 0.1, {
    min: 0,
    max: 1,
    belowMax: true,
  }),
  schedule: choice(
    ['linear', 'cosine', 'constant'],
    'how the learning rate goes on after the warm-up',
    'linear',
  ),
  optimizer: choice(
    ['adamw', 'bert-adam', 'adam', 'sgd'],
    "Hugging Face's AdamW, Google's without bias correction, Keras's Adam, or SGD with momentum 0.9",
    'adamw',
  ),
  weightDecay: decimal('weight decay of AdamW; biases and layer norms are spared', 0.01, { min: 0 }),
  clipNorm: decimal('largest global norm of the gradients; 0 leaves them as they are', 1, { min: 0 }),
  dropout: decimal('dropout inside the model and before the head', undefined, {
    min: 0,
    max: 1,
    belowMax: true,
    defaultText: '0.1, or what the model says',
  }),
  labelSmoothing: decimal('share of each label that is spread over all classes', 0, {
    min: 0,
    max: 1,
    belowMax: true,
  }),
  classWeights,
  ...robustOptions,
  ...distillationOptions,
  maxLength: integer('longest input in tokens; longer ones are cut', undefined, {
    min: 3,
    max: 65_536,
    defaultText: '128, or what the model allows',
  }),
  mixedPrecision: flag(
    'compute matrix products from bfloat16 numbers, on native TensorFlow; weights and sums stay float32',
  ),
  jitCompile: flag('compile steps with XLA, on native TensorFlow; meant for GPUs'),
  recompute: flag(
    'keep fewer activations and compute them anew: about 30 % slower, for batches several times larger',
  ),
  freeze,
  unfreeze: integer(
    'train pooler and head alone in the first epoch, and N more layers from the top with every further one',
    undefined,
    { min: 1, defaultText: 'all from the first epoch on' },
  ),
  layerDecay: decimal('factor on the learning rate from each layer to the one below it', 1, {
    min: 0,
    aboveMin: true,
    max: 1,
  }),
  cacheFeatures: flag(
    'with --freeze encoder: run the encoder once, not once an epoch, and without dropout in it',
  ),
  loraRank: integer(
    'train changes of this rank to some maps of the encoder (LoRA), and the head, instead of the weights',
    undefined,
    { min: 1, max: 65_536, defaultText: 'the weights are trained' },
  ),
  loraAlpha: decimal('scale of these changes, over their rank', undefined, {
    min: 0,
    aboveMin: true,
    defaultText: 'the rank, for a scale of 1',
  }),
  loraDropout: decimal('share of their input that they do not see in training', 0, {
    min: 0,
    max: 1,
    belowMax: true,
  }),
  loraTargets: text(
    'NAME,...',
    'maps that are changed: ends of their names, such as query or attention.output.dense, or all-linear',
    'query,value',
  ),
  loraBias: choice(
    ['none', 'all', 'lora_only'],
    'biases of the encoder that are trained beside them: none, all, or those of the same maps',
    'none',
  ),
  seed: integer('seed of the weights, the order, the dropout and the split', 42, {
    min: 0,
    max: 4_294_967_295,
  }),
  ...repeatOptions,
  ...running,
  output: text('DIR', 'where the model and run.json go', undefined, 'runs/DATE-TIME'),
  log,
  ...estimateOptions,
  saveSteps: integer('save a checkpoint in --output every N optimizer steps', undefined, {
    min: 1,
    defaultText: 'only on Ctrl-C',
  }),
  resume: text('DIR', 'go on with a run that was cut off, from its last checkpoint', undefined),
  overwrite: flag(
    'allow --output to be a directory that is not empty; only files of the same name are replaced',
  ),
};
