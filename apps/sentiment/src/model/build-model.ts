import {
  addLora,
  Bert,
  CheckpointError,
  createBertConfig,
  type BertConfig,
  type LoraOptions,
} from '@bertune/bert';
import { modelDirectory } from '@bertune/bert-small-en';
import { SequenceClassifier, SequenceRegressor } from '@bertune/heads';
import type { BertTokenizer } from '@bertune/tokenizer';
import type * as tf from '@tensorflow/tfjs';

import type { Example, LabelSpace } from '../data/labels.js';
import { AppError } from '../errors.js';
import { classifierOptions, type LossOptions } from './head-options.js';
import { SHIPPED_MODEL } from './model-names.js';
import { readModelConfig, storedTask } from './stored-task.js';
import { loadTokenizer, tokenizerFromTexts } from './tokenizer.js';

/** A model with its tokenizer. */
export interface LoadedModel {
  /** Encoder and head; whoever loaded it disposes it. */
  readonly model: SequenceClassifier | SequenceRegressor;
  /** Its tokenizer. */
  readonly tokenizer: BertTokenizer;
  /** What the head tells apart. */
  readonly labels: LabelSpace;
  /** Longest input in tokens. */
  readonly maxLength: number;
  /** Lines to print: what was made anew and what was taken over. */
  readonly notes: readonly string[];
}

/** How to make the model of a training. */
export interface BuildOptions extends LossOptions {
  /** Folder to start from; absent for a model from scratch. */
  readonly directory: string | undefined;
  /** Longest input asked for. */
  readonly maxLength: number | undefined;
  /** Dropout everywhere; absent: what the model says. */
  readonly dropout: number | undefined;
  /** Whether the gradient computes activations anew instead of keeping them. */
  readonly recompute: boolean | undefined;
  /** Low-rank adaptation of the encoder; absent: its weights are trained. */
  readonly lora?: LoraOptions | undefined;
  /** Seed of all fresh weights. */
  readonly seed: number;
  /** Classes to tell apart; the same as the stored head's, in its order, where that is to be kept. */
  readonly labels: LabelSpace;
  /** Training examples: the vocabulary of a model from scratch and balanced weights come from them. */
  readonly train: readonly Example[];
}

/** Tokens an input may have where neither option nor model says. */
export const defaultMaxLength = 128;

/** Depth and width of the model from scratch. */
const scratchSize = { numLayers: 2, hiddenSize: 128 } as const;

/** @throws AppError `model-mismatch` where more is asked for than the model has positions */
export function resolveMaxLength(asked: number | undefined, config: BertConfig): number {
  if (asked === undefined) return Math.min(defaultMaxLength, config.maxPosition);
  if (asked <= config.maxPosition) return asked;
  throw new AppError('model-mismatch', {
    where: '--max-length',
    expected: `at most ${config.maxPosition}, the positions of the model (max_position_embeddings in config.json)`,
    found: String(asked),
    remedy: `Use --max-length ${config.maxPosition}.`,
  });
}

function withDropout(bert: Bert, dropout: number | undefined): Bert {
  if (dropout === undefined) return bert;
  const rates = { hiddenDropout: dropout, attentionDropout: dropout, classifierDropout: dropout };
  return new Bert({ ...bert.config, ...rates }, bert.parameters, bert.extra, { recompute: bert.recompute });
}

/**
 * The encoder as it is trained.
 * @param fresh modules without stored weights, which must be trained in full
 */
function prepared(bert: Bert, { dropout, lora, seed }: BuildOptions, fresh: readonly string[] = []): Bert {
  const dropping = withDropout(bert, dropout);
  if (!lora) return dropping;
  return addLora(dropping, { ...lora, modulesToSave: [...(lora.modulesToSave ?? []), ...fresh], seed });
}

/** What LoRA makes of a model. */
function loraNotes({ bert, parameters }: SequenceClassifier | SequenceRegressor): string[] {
  if (!bert.lora) return [];
  const sum = (variables: readonly tf.Variable[]): number =>
    variables.reduce((total, { size }) => total + size, 0);
  const trained = sum([...parameters.values()].filter(({ trainable }) => trainable));
  const { config, modules } = bert.lora;
  return [
    `LoRA: rank ${config.rank} on ${modules.length} maps; ${trained} of ${sum([...parameters.values()])} values are trained`,
  ];
}

function freshHead(bert: Bert, options: BuildOptions): SequenceClassifier | SequenceRegressor {
  const { labels, seed } = options;
  if (labels.task === 'regression') return SequenceRegressor.fromEncoder(bert, { seed });
  const { task } = labels;
  return SequenceClassifier.fromEncoder(bert, {
    ...classifierOptions({ ...labels, task }, options, options.train),
    seed,
  });
}

function fromScratch(options: BuildOptions): LoadedModel {
  const maxLength = options.maxLength ?? defaultMaxLength;
  const tokenizer = tokenizerFromTexts(options.train, maxLength);
  const config = createBertConfig({
    ...scratchSize,
    vocabSize: tokenizer.vocabularySize,
    maxPosition: maxLength,
    padTokenId: tokenizer.padTokenId,
  });
  const bert = withDropout(
    Bert.fromConfig(config, { seed: options.seed, recompute: options.recompute }),
    options.dropout,
  );
  return {
    model: freshHead(bert, options),
    tokenizer,
    labels: options.labels,
    maxLength,
    notes: [
      `model: BERT from scratch, not pre-trained: ${config.numLayers} layers, ${config.hiddenSize} wide, a vocabulary of ${tokenizer.vocabularySize} tokens learnt from the training texts`,
      'Without --model none it starts from a pre-trained one, for a better result.',
    ],
  };
}

/** Loads an encoder; a pooler that the file lacks is made anew, and that is said. */
async function loadEncoder(
  directory: string,
  { seed, recompute }: BuildOptions,
): Promise<{ bert: Bert; fresh: string[]; notes: string[] }> {
  try {
    return { bert: await Bert.fromPretrained(directory, { seed, recompute }), fresh: [], notes: [] };
  } catch (error) {
    if (!(error instanceof CheckpointError) || error.code !== 'parameters-mismatch') throw error;
    const others = [...error.missing.filter((name) => !name.startsWith('pooler.')), ...error.unexpected];
    if (others.length > 0 || error.mismatched.length > 0) throw error;
    return {
      bert: await Bert.fromPretrained(directory, { seed, recompute, allowMissing: ['pooler'] }),
      fresh: ['pooler'],
      notes: ['The weights have no pooler: a fresh one is trained with the head.'],
    };
  }
}

/** Parameters of the head alone. */
function headOf({ bert, parameters }: SequenceClassifier | SequenceRegressor): Map<string, tf.Variable> {
  return new Map([...parameters].filter(([name]) => !bert.parameters.has(name)));
}

/** Encoder and head as they were saved; the labels are those of the head. */
async function withItsHead(
  directory: string,
  options: BuildOptions,
): Promise<SequenceClassifier | SequenceRegressor> {
  const { labels, recompute } = options;
  if (labels.task === 'regression') {
    const loaded = await SequenceRegressor.fromPretrained(directory, { recompute });
    return new SequenceRegressor(prepared(loaded.bert, options), headOf(loaded));
  }
  const headOptions = classifierOptions({ ...labels, task: labels.task }, options, options.train);
  const loaded = await SequenceClassifier.fromPretrained(directory, { ...headOptions, recompute });
  return new SequenceClassifier(prepared(loaded.bert, options), headOf(loaded), headOptions);
}

function equalSpaces(a: LabelSpace, b: LabelSpace): boolean {
  return (
    a.task === b.task &&
    a.names.length === b.names.length &&
    a.names.every((name, at) => name === b.names[at])
  );
}

function shippedName({ numLayers, hiddenSize }: BertConfig): string {
  return `${SHIPPED_MODEL}, pre-trained: ${numLayers} layers, ${hiddenSize} wide`;
}

async function fromDirectory(directory: string, options: BuildOptions): Promise<LoadedModel> {
  const pretrained = await readModelConfig(directory);
  const { labels } = options;
  const maxLength = resolveMaxLength(options.maxLength, pretrained.config);
  const { tokenizer, notes: tokenizerNotes } = await loadTokenizer(directory, pretrained.config);
  const rest = { tokenizer, maxLength, labels };
  const stored = storedTask(pretrained);
  if (stored && equalSpaces(stored, labels)) {
    const model = await withItsHead(directory, options);
    return {
      ...rest,
      model,
      notes: [`model: ${directory}, its head included`, ...tokenizerNotes, ...loraNotes(model)],
    };
  }
  const { bert, fresh, notes } = await loadEncoder(directory, options);
  const why = stored ? `its head was for ${stored.names.join(', ') || stored.task}` : 'it has no head';
  const model = freshHead(prepared(bert, options, fresh), options);
  return {
    ...rest,
    model,
    notes: [
      `model: ${directory === modelDirectory ? shippedName(pretrained.config) : directory}; ${why}, so a fresh head is trained`,
      ...tokenizerNotes,
      ...notes,
      ...loraNotes(model),
    ],
  };
}

/**
 * Makes the model of a training: from scratch, or from a folder with or without a head for these labels.
 * @throws AppError `missing-directory`, `model-mismatch`; errors of the packages
 */
export async function buildModel(options: BuildOptions): Promise<LoadedModel> {
  return options.directory === undefined ? fromScratch(options) : fromDirectory(options.directory, options);
}
