/** What the examples share: the reviews, an encoder with its tokenizer, the engine, and training with its figures. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

import { Bert, createBertConfig } from '@bertune/bert';
import { BertTokenizer, trainVocabulary } from '@bertune/tokenizer';
import { adamW, compile, EagerExecutor, linearSchedule } from '@bertune/train';
import * as tf from '@tensorflow/tfjs';

/** `--model FOLDER --epochs N --limit N --batch-size N --learning-rate X --seed N --backend tensorflow|wasm` */
export function readOptions() {
  const option = (type = 'string') => ({ type });
  const { values } = parseArgs({
    options: {
      model: option(),
      epochs: option(),
      limit: option(),
      'batch-size': option(),
      'learning-rate': option(),
      seed: option(),
      backend: option(),
    },
  });
  const number = (name) => (values[name] === undefined ? undefined : Number(values[name]));
  return {
    model: values.model,
    backend: values.backend,
    epochs: number('epochs'),
    limit: number('limit'),
    batchSize: number('batch-size') ?? 32,
    learningRate: number('learning-rate'),
    seed: number('seed') ?? 42,
  };
}

/** The 3,000 labelled sentences (Kotzias et al. 2015) that lie in the npm package `sentiment`: products, films, restaurants. */
export function readReviews(limit = Infinity) {
  const require = createRequire(import.meta.url);
  const sources = ['amazon', 'imdb', 'yelp'].map((name) =>
    JSON.parse(
      readFileSync(require.resolve(`sentiment-labelled-sentences/test/fixtures/${name}.json`), 'utf8'),
    ),
  );
  const mixed = sources[0].flatMap((_, i) => sources.flatMap((source) => source[i] ?? []));
  const reviews = mixed
    .map(({ text, class: label }) => ({ text: text.trim(), label }))
    .filter(({ text }) => text);
  return reviews.slice(0, limit);
}

/** Random numbers in [0, 1) from a seed (mulberry32), so that a run can be had again. */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items in a random order. */
export function shuffled(items, random) {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** The first four fifths, to learn from, and the rest, to measure on. */
export function split(items) {
  const cut = Math.floor(items.length * 0.8);
  return { train: items.slice(0, cut), test: items.slice(cut) };
}

/** Native TensorFlow where it is, else WebAssembly. Must run before any tensor is made. */
export async function startEngine({ backend }) {
  const { findTensorFlow } = await import('@bertune/tensorflow/library');
  const { library } = backend === 'wasm' ? {} : await findTensorFlow();
  if (library) {
    const { startTensorFlow, TensorFlowExecutor } = await import('@bertune/tensorflow');
    await startTensorFlow(library);
    console.log('engine: native TensorFlow');
    return new TensorFlowExecutor();
  }
  if (backend === 'tensorflow') throw new Error('No libtensorflow found: run `pnpm sentiment doctor`.');
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  console.log('engine: WebAssembly');
  return new EagerExecutor();
}

/**
 * The encoder of `--model` with its tokenizer. Without one, a small encoder with random weights and a vocabulary of the
 * texts: it learns what the examples' few thousand sentences teach, and no more.
 */
export async function loadEncoder({ model, seed }, texts, { pooler = false } = {}) {
  if (model) {
    const tokenizer = await BertTokenizer.fromPretrained(model);
    const allowMissing = pooler ? ['pooler'] : [];
    const bert = await Bert.fromPretrained(model, { pooler, allowMissing, seed });
    console.log(`encoder: ${model}`);
    return { tokenizer, bert };
  }
  const vocabulary = trainVocabulary(texts, { size: 4000, minFrequency: 2 });
  const tokenizer = new BertTokenizer(vocabulary);
  const sizes = { hiddenSize: 128, numLayers: 2, numHeads: 2, intermediateSize: 512, maxPosition: 256 };
  const bert = Bert.fromConfig(createBertConfig({ ...sizes, vocabSize: vocabulary.length }), {
    seed,
    pooler,
  });
  console.log(
    `encoder: 2 layers of 128, random weights, ${vocabulary.length} word pieces of the training texts`,
  );
  return { tokenizer, bert };
}

/** Rows of numbers as an int32 matrix, filled up to the longest. */
export function intMatrix(rows, filler) {
  const longest = Math.max(...rows.map((row) => row.length));
  return tf.tensor2d(
    rows.map((row) => Array.from({ length: longest }, (_, i) => row[i] ?? filler)),
    undefined,
    'int32',
  );
}

/** Encodings as the three inputs of the encoder; [B, T], or [B, groups, T] of `groups` texts a row. */
export function inputTensors(encodings, padTokenId, groups) {
  const matrix = (pick, filler) => {
    const flat = intMatrix(
      encodings.map((encoding) => [...pick(encoding)]),
      filler,
    );
    if (!groups) return flat;
    const grouped = tf.reshape(flat, [encodings.length / groups, groups, flat.shape[1]]);
    flat.dispose();
    return grouped;
  };
  return {
    inputIds: matrix((encoding) => encoding.inputIds, padTokenId),
    attentionMask: matrix((encoding) => encoding.attentionMask, 0),
    tokenTypeIds: matrix((encoding) => encoding.tokenTypeIds, 0),
  };
}

/** Trains, and says how it goes. */
export async function trainModel(model, executor, data, options, { epochs, learningRate }) {
  const compiled = compile(model, {
    executor,
    optimizer: adamW({
      learningRate: options.learningRate ?? (options.model ? 1e-4 : learningRate),
      weightDecay: 0.01,
    }),
    schedule: linearSchedule({ warmupRatio: 0.1 }),
    clipNorm: 1,
  });
  const started = Date.now();
  await compiled.fit(data, {
    epochs: options.epochs ?? epochs,
    batchSize: options.batchSize,
    seed: options.seed,
    callbacks: [
      {
        onEpochEnd: (epoch, { loss }) => console.log(`epoch ${epoch + 1}: training loss ${loss.toFixed(4)}`),
      },
    ],
  });
  console.log(`trained in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return compiled;
}

/** As a percentage. */
export const percent = (share) => `${(100 * share).toFixed(1)} %`;
