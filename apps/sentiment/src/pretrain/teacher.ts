import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { openSafetensors, readPretrainedConfig, writeSafetensors } from '@bertune/bert';
import { SentenceEncoder } from '@bertune/heads';
import type { BertTokenizer } from '@bertune/tokenizer';
import { predict } from '@bertune/train';

import { AppError } from '../errors.js';
import type { TextSink } from '../io.js';
import { resolveMaxLength } from '../model/build-model.js';
import { collateInputs, encodeExamples } from '../model/encode.js';
import { type MakeExecutor, trainingShapes } from '../model/shapes.js';
import { loadTokenizer } from '../model/tokenizer.js';
import { duration } from '../progress.js';

/** Whose sentence embeddings a new model is to learn. */
export interface Teacher {
  readonly encoder: SentenceEncoder;
  readonly tokenizer: BertTokenizer;
  /** Tokens of a sentence at most. */
  readonly maxLength: number;
}

/** What a teacher makes of sentences: float32 [N, E], row by row, the root mean square of all components 1. */
export interface TeacherEmbeddings {
  readonly values: Float32Array;
  /** E. */
  readonly width: number;
}

/** How a teacher is run. */
export interface TeachingJob {
  readonly batchSize: number;
  readonly makeExecutor: MakeExecutor;
  /** Where progress goes. */
  readonly sink: TextSink;
  readonly signal: AbortSignal;
}

/** Sentences embedded between two lines of progress. */
const CHUNK = 16_384;

/** Sentences of a batch at most: nothing is kept for gradients, but few texts do not keep the processor busy. */
const LEAST_BATCH = 64;

/** Kept in a run's folder until it ends, so that resuming does not embed everything again, and resumes on the same bits. */
const FILE = 'teacher-embeddings.safetensors';
const TENSOR = 'embeddings';

/**
 * Loads a teacher: a folder of `sentence-transformers` with its pooling, or any BERT, whose hidden states are averaged.
 * The caller disposes the encoder.
 * @throws AppError `model-mismatch`; errors of the packages
 */
export async function loadTeacher(directory: string): Promise<Teacher> {
  const { config } = await readPretrainedConfig(directory);
  const { tokenizer } = await loadTokenizer(directory, config);
  const encoder = await SentenceEncoder.fromPretrained(directory);
  return { encoder, tokenizer, maxLength: resolveMaxLength(encoder.maxLength, config) };
}

/**
 * Embeds every sentence once, without dropout. The weights that give components about 1 are about as large as the other
 * weights of a model, so that one learning rate suits all of them.
 * @throws AppError `interrupted`
 */
export async function teach(
  { encoder, tokenizer, maxLength }: Teacher,
  sentences: readonly string[],
  { batchSize, makeExecutor, sink, signal }: TeachingJob,
): Promise<TeacherEmbeddings> {
  const width = encoder.bert.config.hiddenSize;
  const values = new Float32Array(sentences.length * width);
  const sizing = { batchSize: Math.max(LEAST_BATCH, batchSize) };
  const predictor = {
    parameters: encoder.bert.parameters,
    predict: (inputs: ReturnType<typeof collateInputs>) => encoder.embed(inputs),
  };
  const began = Date.now();
  // Sentences of like length share a chunk, and with it a few shapes.
  const order = [...sentences.keys()].sort((a, b) => sentences[a].length - sentences[b].length);
  for (let from = 0; from < order.length; from += CHUNK) {
    const chunk = order.slice(from, from + CHUNK);
    const texts = chunk.map((at) => ({ text: sentences[at] }));
    const { encoded } = encodeExamples(texts, tokenizer, maxLength);
    const lengths = encoded.map(({ inputIds }) => inputIds.length);
    const { training, comesAgain } = trainingShapes(lengths, [], sizing, 1);
    const data = {
      examples: encoded,
      length: (example: (typeof encoded)[number]) => example.inputIds.length,
      collate: (examples: typeof encoded) => collateInputs(examples, tokenizer.padTokenId, training),
      paddedLength: training,
    };
    const executor = makeExecutor({ compileIf: comesAgain });
    const rows = await predict(predictor, data, { ...sizing, executor, signal }).catch((error: unknown) => {
      throw signal.aborted ? interrupted(error) : error;
    });
    for (const [row, at] of chunk.entries())
      values.set(rows.values.subarray(row * width, (row + 1) * width), at * width);
    const done = Math.min(from + CHUNK, order.length);
    const seconds = (Date.now() - began) / 1000;
    sink.write(`teacher: ${done} of ${order.length} sentences embedded, ${duration(seconds)}\n`);
  }
  return { values: toUnitComponents(values), width };
}

/** Divides by the root mean square, in place. */
function toUnitComponents(values: Float32Array): Float32Array {
  let squares = 0;
  for (const value of values) squares += value * value;
  const scale = Math.sqrt(values.length / squares);
  for (let at = 0; at < values.length; at += 1) values[at] *= scale;
  return values;
}

/** SHA-256 of a teacher's parameters and of the sentences that it embeds. */
export function teachingHash({ encoder }: Teacher, sentences: readonly string[]): string {
  const hash = createHash('sha256');
  for (const [name, variable] of encoder.parameters) hash.update(name).update(variable.dataSync());
  for (const sentence of sentences) hash.update(sentence).update('\n');
  return hash.digest('hex');
}

/** Keeps embeddings in a run's folder. @param of `teachingHash` */
export async function keepEmbeddings(
  run: string,
  { values, width }: TeacherEmbeddings,
  of: string,
): Promise<void> {
  const shape = [values.length / width, width];
  const metadata = { format: 'pt', of };
  await writeSafetensors(join(run, FILE), [{ name: TENSOR, shape, values: () => values }], { metadata });
}

/** What `keepEmbeddings` has written, or undefined where there is nothing, or of another teacher or other sentences. */
export async function keptEmbeddings(run: string, of: string): Promise<TeacherEmbeddings | undefined> {
  const path = join(run, FILE);
  if (!(await stat(path).catch(() => undefined))) return undefined;
  const file = await openSafetensors(path);
  try {
    const width = file.entries.get(TENSOR)?.shape[1];
    if (file.metadata.get('of') !== of || width === undefined) return undefined;
    return { values: await file.read(TENSOR), width };
  } finally {
    await file.close();
  }
}

/** Takes kept embeddings away. */
export async function removeEmbeddings(run: string): Promise<void> {
  await rm(join(run, FILE), { force: true });
}

function interrupted(cause: unknown): AppError {
  return new AppError('interrupted', {
    where: 'sentiment pretrain',
    expected: "the teacher's embeddings of all sentences",
    found: 'Ctrl-C before their end',
    remedy: 'Nothing was trained, so nothing was saved.',
    cause,
  });
}
