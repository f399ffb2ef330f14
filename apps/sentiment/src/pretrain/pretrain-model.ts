import { Bert, createBertConfig, readPretrainedConfig } from '@bertune/bert';
import { EmbeddingDistillationModel, MaskedLanguageModel, PreTrainingModel } from '@bertune/heads';
import { BertTokenizer, trainVocabularyAsync } from '@bertune/tokenizer';
import type * as tf from '@tensorflow/tfjs';

import { AppError } from '../errors.js';
import { defaultMaxLength, resolveMaxLength } from '../model/build-model.js';
import { loadTokenizer } from '../model/tokenizer.js';
import { optionName } from '../option-kinds.js';
import type { CommandValues } from '../options.js';
import { pretrainOptions } from './pretrain-options.js';
import { orMissing, readTexts } from './read-documents.js';

/** A model of one of the tasks, or one that has a teacher. */
export type PretrainModel = PreTrainingModel | MaskedLanguageModel | EmbeddingDistillationModel;

/** A tokenizer and what makes the model for it; the model is made last, once the corpus is known to be good. */
export interface PretrainStart {
  readonly tokenizer: BertTokenizer;
  /** Tokens of a text at most. */
  readonly maxLength: number;
  /** Lines to print. */
  readonly notes: readonly string[];
  /** The caller disposes the model. */
  readonly makeModel: () => Promise<PretrainModel>;
}

type Values = CommandValues<'pretrain'>;

/** Width of an attention head. */
const HEAD = 64;

/**
 * What a pre-training starts from: a new vocabulary and new weights, or a model with its vocabulary.
 * @param corpus file that a new vocabulary is learnt from
 * @param directory of the model whose pre-training goes on; undefined for a new one
 * @param embeddingSize width of the teacher's embeddings; undefined without a teacher
 * @throws AppError `bad-value`, `missing-file`, `model-mismatch`; errors of the packages
 */
export async function startPretraining(
  values: Values,
  corpus: string,
  directory: string | undefined,
  embeddingSize: number | undefined,
): Promise<PretrainStart> {
  return directory === undefined
    ? fromScratch(values, corpus, embeddingSize)
    : goOn(values, directory, embeddingSize);
}

async function fromScratch(
  values: Values,
  corpus: string,
  embeddingSize: number | undefined,
): Promise<PretrainStart> {
  const { layers, hiddenSize, vocabularySize, cased, maxLength = defaultMaxLength, dropout, seed } = values;
  if (hiddenSize % HEAD !== 0) {
    throw new AppError('bad-value', {
      where: '--hidden-size',
      expected: `a multiple of ${HEAD}, the width of a head`,
      found: String(hiddenSize),
      remedy: `Use ${HEAD * Math.round(hiddenSize / HEAD)}.`,
    });
  }
  const normalization = { lowercase: !cased };
  const named = `--corpus ${values.corpus}`;
  const vocabulary = await orMissing(corpus, named, () =>
    trainVocabularyAsync(readTexts(corpus, named), { size: vocabularySize, ...normalization }),
  );
  const tokenizer = new BertTokenizer(vocabulary, { ...normalization, modelMaxLength: maxLength });
  const config = createBertConfig({
    numLayers: layers,
    hiddenSize,
    vocabSize: tokenizer.vocabularySize,
    maxPosition: maxLength,
    padTokenId: tokenizer.padTokenId,
    initializerRange: values.initializerRange,
    ...rates(dropout),
  });
  return {
    tokenizer,
    maxLength,
    notes: [
      `model: new, ${layers} layers, ${hiddenSize} wide; vocabulary: ${vocabulary.length} tokens learnt from the corpus`,
    ],
    makeModel: () => {
      const bert = Bert.fromConfig(config, { seed });
      if (embeddingSize !== undefined) {
        const { maskedWeight } = values;
        return Promise.resolve(
          EmbeddingDistillationModel.fromEncoder(bert, { seed, embeddingSize, maskedWeight }),
        );
      }
      return Promise.resolve(
        values.task === 'both'
          ? PreTrainingModel.fromEncoder(bert, { seed })
          : MaskedLanguageModel.fromEncoder(bert, { seed }),
      );
    },
  };
}

/** Options that say what a new model is like. */
const OF_NEW_MODELS = [
  'vocabularySize',
  'cased',
  'layers',
  'hiddenSize',
  'initialEmbeddings',
  'initializerRange',
] as const;

/** A model that is there has all this already. @throws AppError `bad-value` */
function refuseOptionsOfNewModels(values: Values): void {
  const given = OF_NEW_MODELS.find((key) => values[key] !== pretrainOptions[key].default);
  if (given === undefined) return;
  throw new AppError('bad-value', {
    where: `--${optionName(given)}`,
    expected: 'none with --model, whose vocabulary and weights are there already',
    found: String(values[given]),
    remedy: `Leave out --${optionName(given)}, or --model to begin with a new one.`,
  });
}

async function goOn(
  values: Values,
  directory: string,
  embeddingSize: number | undefined,
): Promise<PretrainStart> {
  if (values.model !== undefined) refuseOptionsOfNewModels(values);
  const { config } = await readPretrainedConfig(directory);
  const { tokenizer, notes } = await loadTokenizer(directory, config);
  const options = { seed: values.seed, allowMissing: ['cls', 'pooler'] };
  return {
    tokenizer,
    maxLength: resolveMaxLength(values.maxLength, config),
    notes: [`model: ${directory}, with its vocabulary; heads that it lacks are new`, ...notes],
    makeModel: async () => {
      const { dropout, maskedWeight } = values;
      if (embeddingSize !== undefined) {
        const distillation = { embeddingSize, maskedWeight };
        return withRates(
          await EmbeddingDistillationModel.fromPretrained(directory, { ...options, ...distillation }),
          dropout,
          (bert, head) => new EmbeddingDistillationModel(bert, head, distillation),
        );
      }
      return values.task === 'both'
        ? withRates(
            await PreTrainingModel.fromPretrained(directory, options),
            dropout,
            (bert, head) => new PreTrainingModel(bert, head),
          )
        : withRates(
            await MaskedLanguageModel.fromPretrained(directory, options),
            dropout,
            (bert, head) => new MaskedLanguageModel(bert, head),
          );
    },
  };
}

/** The same parameters with other dropout; the model itself where none is asked for. */
function withRates<Model extends PretrainModel>(
  model: Model,
  dropout: number | undefined,
  make: (bert: Bert, head: ReadonlyMap<string, tf.Variable>) => Model,
): Model {
  if (dropout === undefined) return model;
  const { config, parameters, extra } = model.bert;
  const own = [...model.parameters].filter(([name]) => !parameters.has(name));
  return make(new Bert({ ...config, ...rates(dropout) }, parameters, extra), new Map(own));
}

function rates(dropout: number | undefined): { hiddenDropout?: number; attentionDropout?: number } {
  return dropout === undefined ? {} : { hiddenDropout: dropout, attentionDropout: dropout };
}
