import { extname, resolve } from 'node:path';

import { startBackend } from '../backend.js';
import type { LabelSpace } from '../data/labels.js';
import { readExamples, type TextExample } from '../data/read-examples.js';
import { readStandardInput, splitLines } from '../data/standard-input.js';
import { readTextFile } from '../data/text-file.js';
import { AppError } from '../errors.js';
import type { Io } from '../io.js';
import { loadTrained } from '../model/load-trained.js';
import { resolveModel } from '../model/resolve-model.js';
import { scoreExamples } from '../model/score.js';
import type { CommandValues } from '../options.js';
import { startProgress } from '../progress.js';
import { formatPrediction } from '../report/prediction.js';

function toExamples(lines: readonly string[]): readonly TextExample[] {
  return lines.map((text) => ({ text }));
}

async function readTexts(
  values: CommandValues<'predict'>,
  positionals: readonly string[],
  io: Io,
): Promise<readonly TextExample[]> {
  const { textFile } = values;
  if (textFile !== undefined && positionals.length > 0) {
    throw new AppError('usage', {
      where: 'sentiment predict',
      expected: 'either --text-file or texts as arguments',
      found: 'both',
      remedy: 'Leave one of them out.',
    });
  }
  if (positionals.length > 0) return toExamples(positionals);
  if (textFile === undefined) return toExamples(await readStandardInput(io));
  const path = resolve(io.cwd, textFile);
  if (extname(path).toLowerCase() === '.txt') {
    return toExamples(splitLines(await readTextFile(path, '--text-file')));
  }
  return readExamples(path, '--text-file', { text: values.text, pair: values.pair });
}

function rowOf(scores: Float32Array, columns: number, index: number): Float32Array {
  return scores.subarray(index * columns, (index + 1) * columns);
}

/** `sentiment predict`: one line for each text on standard output, in their order. */
export async function predict(
  values: CommandValues<'predict'>,
  positionals: readonly string[],
  io: Io,
): Promise<number> {
  const texts = await readTexts(values, positionals, io);
  if (texts.length === 0) {
    throw new AppError('empty-file', {
      where: 'sentiment predict',
      expected: 'texts as arguments, in --text-file, or on standard input',
      found: 'none',
      remedy: 'For example: sentiment predict --model DIR "The food was great."',
    });
  }
  const backend = await startBackend(values.backend);
  for (const note of backend.notes) io.stderr.write(`${note}\n`);
  if (backend.name === 'cpu' && values.backend === undefined) {
    io.stderr.write(`backend: ${backend.name} (${backend.reason})\n`);
  }
  const loaded = await loadTrained(await resolveModel(values.model ?? '', io), values.maxLength);
  try {
    // A handful is done before a bar could be read.
    const progress = texts.length > 1000 ? startProgress(io.stderr, 'predicting', texts.length) : undefined;
    const scores = await scoreExamples(loaded, texts, {
      batchSize: values.batchSize,
      makeExecutor: backend.makeExecutor,
      onProgress: (done) => progress?.update(done),
    });
    progress?.stop();
    if (scores.cut > 0)
      io.stderr.write(`${scores.cut} texts were longer than ${loaded.maxLength} tokens and were cut\n`);
    writePredictions(texts, scores, loaded.labels, values.json, io);
    return 0;
  } finally {
    loaded.model.dispose();
  }
}

function writePredictions(
  texts: readonly TextExample[],
  { values, columns }: { readonly values: Float32Array; readonly columns: number },
  labels: LabelSpace,
  json: boolean,
  io: Io,
): void {
  for (const [index, example] of texts.entries()) {
    io.stdout.write(`${formatPrediction(example, rowOf(values, columns, index), labels, json)}\n`);
  }
}
