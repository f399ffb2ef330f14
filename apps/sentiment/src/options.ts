import { columns, running } from './common-options.js';
import type { CommandSpec } from './command-spec.js';
import { convertCommand } from './convert/convert-command.js';
import { findLearningRateCommand } from './find-learning-rate/find-learning-rate-command.js';
import { choice, flag, integer, text, type OptionTable, type Values } from './option-kinds.js';
import { pretrainOptions } from './pretrain/pretrain-options.js';
import { trainOptions } from './training/train-options.js';
import { trialOptions, tuneOptions, tuneOutput } from './tune/tune-options.js';

/*
 * The one table of commands and options: the parser, `--help` and the README are made from it.
 */

const evaluate = {
  model: text('DIR', 'directory that train saved', undefined, 'required'),
  test: text(
    'FILE',
    'examples to report on (.csv, .tsv, .jsonl)',
    undefined,
    'the test part of the built-in reviews',
  ),
  ...columns,
  batchSize: integer('examples per batch', 32, { min: 1, max: 65_536 }),
  maxLength: integer('longest input in tokens; longer ones are cut', undefined, {
    min: 3,
    defaultText: 'that of the training',
  }),
  ...running,
  json: flag('print the figures as one JSON object'),
  html: text('FILE', 'write a report with curves and explained mistakes as an HTML page', undefined),
};

const predict = {
  model: text('DIR', 'directory that train saved', undefined, 'required'),
  textFile: text(
    'FILE',
    'texts to label: .txt with one a line, or .csv, .tsv, .jsonl',
    undefined,
    'the arguments, else the lines of standard input',
  ),
  text: columns.text,
  pair: columns.pair,
  batchSize: integer('examples per batch', 32, { min: 1, max: 65_536 }),
  maxLength: evaluate.maxLength,
  ...running,
  json: flag('print JSON Lines with the probability of every class'),
};

const tokenize = {
  model: text(
    'DIR',
    'directory with a tokenizer (vocab.txt or tokenizer.json)',
    undefined,
    'a vocabulary learnt from the built-in reviews',
  ),
  fidelity: choice(
    ['huggingface', 'google', 'tensorflow-text'],
    'whose results to show: Hugging Face, the original release, or TensorFlow Text',
    undefined,
    "the tokenizer's own",
  ),
  pair: text('TEXT', 'second text that each text is read together with', undefined),
  maxLength: integer('longest row in tokens; longer ones are cut', undefined, {
    min: 3,
    defaultText: 'nothing is cut',
  }),
  json: flag('print JSON Lines'),
  noColor: flag(
    'print no colours; NO_COLOR does the same, and so does a standard output that is no terminal',
  ),
};

const data = {
  output: text('DIR', 'where train.csv, valid.csv and test.csv go', undefined, 'required'),
  overwrite: flag('replace files of the same name'),
};

const doctor = {
  download: choice(
    ['none', 'auto', 'cpu', 'cuda'],
    'fetch TensorFlow into the cache first: the build for this machine, or the one named',
    'none',
  ),
  json: flag('print the report as one JSON object'),
};

/** Every command: what it does, and its options. */
export const commands = {
  train: {
    summary: 'Fine-tune a classifier or regressor, evaluate it, save it',
    positionals: '',
    required: [],
    example: 'sentiment train --train reviews.csv --epochs 3',
    options: trainOptions,
  },
  tune: {
    summary: 'Search the options of train that do best on the validation examples',
    positionals: '',
    required: [],
    example: 'sentiment tune --train reviews.csv --trials 20 --output runs/search',
    options: { ...tuneOptions, ...trialOptions, ...tuneOutput },
  },
  'find-learning-rate': findLearningRateCommand,
  evaluate: {
    summary: 'Measure a saved model on labelled examples',
    positionals: '',
    required: ['model'],
    example: 'sentiment evaluate --model runs/first --test test.csv',
    options: evaluate,
  },
  predict: {
    summary: 'Label texts with a saved model',
    positionals: 'TEXT',
    required: ['model'],
    example: 'sentiment predict --model runs/first "The food was great."',
    options: predict,
  },
  tokenize: {
    summary: 'Show what the tokenizer makes of texts, stage by stage',
    positionals: 'TEXT',
    required: [],
    example: 'sentiment tokenize --model runs/first "The food was great."',
    options: tokenize,
  },
  pretrain: {
    summary: 'Pre-train a new BERT on plain text, or go on with one',
    positionals: '',
    required: [],
    example: 'sentiment pretrain --corpus corpus.txt --output runs/base',
    options: {
      ...pretrainOptions,
      ...running,
      mixedPrecision: trainOptions.mixedPrecision,
      jitCompile: trainOptions.jitCompile,
      log: trainOptions.log,
      saveSteps: trainOptions.saveSteps,
      resume: trainOptions.resume,
    },
  },
  convert: convertCommand,
  data: {
    summary: 'Write the built-in reviews as train.csv, valid.csv and test.csv',
    positionals: '',
    required: ['output'],
    example: 'sentiment data --output reviews',
    options: data,
  },
  doctor: {
    summary: 'Say what computes on this machine, why, and what would make it faster',
    positionals: '',
    required: [],
    example: 'sentiment doctor',
    options: doctor,
  },
} as const satisfies Readonly<Record<string, CommandSpec & { readonly options: OptionTable }>>;

/** Name of a command. */
export type CommandName = keyof typeof commands;

/** Values of the options of a command, defaults filled in. */
export type CommandValues<Name extends CommandName> = Values<(typeof commands)[Name]['options']>;

/** What `--task` can be. */
export type Task = NonNullable<CommandValues<'train'>['task']>;
