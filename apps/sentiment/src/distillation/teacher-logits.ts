import { SequenceClassifier, type SequenceBatch } from '@bertune/heads';
import { type BatchSizing, type Dataset, predict, TrainError } from '@bertune/train';
import * as tf from '@tensorflow/tfjs';

import type { Example } from '../data/labels.js';
import { AppError } from '../errors.js';
import type { TextSink } from '../io.js';
import { collateInputs, encodeExamples, type EncodedExample } from '../model/encode.js';
import { loadTrained } from '../model/load-trained.js';
import { memoryError } from '../model/memory-error.js';
import { type MakeExecutor, trainingShapes } from '../model/shapes.js';
import { duration, startProgress } from '../progress.js';
import type { Teaching } from './teaching.js';

/** How a teacher is run. */
export interface TeacherRun {
  readonly sizing: BatchSizing;
  readonly makeExecutor: MakeExecutor;
  /** Where progress goes. */
  readonly sink: TextSink;
  readonly signal: AbortSignal;
}

/** What a teacher says of texts: float32 [N, C], row by row, in the classes of the student. */
export interface TeacherLogits {
  readonly values: Float32Array;
  /** C. */
  readonly columns: number;
}

/** Texts read between two looks at the progress. */
const CHUNK = 256;

/**
 * Has the teacher read every text once, without dropout and with its own vocabulary. Loads it, and disposes it.
 * @throws AppError `interrupted`, `out-of-memory`; errors of the packages for files that cannot be understood
 */
export async function readByTeacher(
  { directory, columns }: Teaching,
  examples: readonly Example[],
  { sizing, makeExecutor, sink, signal }: TeacherRun,
): Promise<TeacherLogits> {
  const { model, tokenizer, maxLength } = await loadTrained(directory, undefined);
  try {
    if (!(model instanceof SequenceClassifier)) throw new TypeError(`${directory}: not a classifier`);
    const { numLayers, hiddenSize } = model.bert.config;
    sink.write(
      `teacher: ${directory}, ${numLayers} layers, ${hiddenSize} wide, inputs of up to ${maxLength} tokens\n`,
    );
    const { encoded } = encodeExamples(examples, tokenizer, maxLength);
    const length = ({ inputIds }: EncodedExample): number => inputIds.length;
    const { training: paddedLength, comesAgain } = trainingShapes(encoded.map(length), [], sizing, 1);
    const executor = makeExecutor({ compileIf: comesAgain });
    const predictor = {
      parameters: model.parameters,
      predict: (inputs: ReturnType<typeof collateInputs>) => model.logits(inputs),
    };
    const order = [...encoded.keys()].sort((a, b) => length(encoded[a]) - length(encoded[b]));
    const values = new Float32Array(encoded.length * columns.length);
    const began = Date.now();
    const progress = startProgress(sink, 'teacher', order.length);
    try {
      for (let from = 0; from < order.length; from += CHUNK) {
        const chunk = order.slice(from, from + CHUNK);
        const data = {
          examples: chunk.map((at) => encoded[at]),
          length,
          collate: (batch: readonly EncodedExample[]) =>
            collateInputs(batch, tokenizer.padTokenId, paddedLength),
          paddedLength,
        };
        const rows = await predict(predictor, data, { ...sizing, executor, signal });
        for (const [row, at] of chunk.entries()) {
          for (const [to, column] of columns.entries())
            values[at * columns.length + to] = rows.values[row * columns.length + column];
        }
        progress.update(from + chunk.length);
      }
    } finally {
      progress.stop();
    }
    const seconds = (Date.now() - began) / 1000;
    const logits = { values, columns: columns.length };
    sink.write(
      `teacher: ${order.length} texts read in ${duration(seconds)}; it gives ${agreement(examples, logits)}\n`,
    );
    return logits;
  } catch (error) {
    if (error instanceof TrainError && error.code === 'aborted') throw interrupted(error);
    throw memoryError(error, { where: 'the teacher', remedy: 'Lower --batch-size.' });
  } finally {
    model.dispose();
  }
}

/** `95.1 % of the training examples their label`. */
function agreement(examples: readonly Example[], { values, columns }: TeacherLogits): string {
  let [labelled, right] = [0, 0];
  for (const [at, { target }] of examples.entries()) {
    const [label] = target;
    if (label < 0) continue;
    const row = values.subarray(at * columns, (at + 1) * columns);
    labelled += 1;
    if (row[label] === Math.max(...row)) right += 1;
  }
  return `${((100 * right) / labelled).toFixed(1)} % of the training examples their label`;
}

/** Where only the time of the training is asked for: numbers that cost nothing. */
export function noLogits(examples: readonly Example[], { columns }: Teaching): TeacherLogits {
  return { values: new Float32Array(examples.length * columns.length), columns: columns.length };
}

/**
 * The same examples, with what the teacher says of each in their batches.
 * @param logits rows in the order of the examples
 */
export function withTeacherLogits(
  data: Dataset<EncodedExample, SequenceBatch>,
  { values, columns }: TeacherLogits,
): Dataset<EncodedExample, SequenceBatch> {
  const rowOf = new Map(data.examples.map((example, row) => [example, row]));
  return {
    ...data,
    collate: (examples, ...rest) => {
      const logits = new Float32Array(examples.length * columns);
      for (const [at, example] of examples.entries()) {
        const row = rowOf.get(example) ?? NaN; // every example is one of the data's
        logits.set(values.subarray(row * columns, (row + 1) * columns), at * columns);
      }
      return {
        ...data.collate(examples, ...rest),
        teacherLogits: tf.tensor2d(logits, [examples.length, columns]),
      };
    },
  };
}

function interrupted(cause: unknown): AppError {
  return new AppError('interrupted', {
    where: 'sentiment train',
    expected: 'what the teacher says of all texts',
    found: 'Ctrl-C before its end',
    remedy: 'Nothing was trained, so nothing was saved.',
    cause,
  });
}
