/** Training by what the texts come from: a list, a stream, files. */
import { openBytes, textSize } from '#corpus';

import { cutChunks } from '../corpus/cut-chunks.js';
import { countLines, decodeUtf8, notUtf8Error } from '../corpus/decode-utf8.js';
import { checkText, checkTexts } from '../corpus/text-chunks.js';
import { resolveTrainingOptions } from './training-options.js';
import type { TrainVocabularyOptions, TrainingSettings } from './training-options.js';
import { VocabularyTraining } from './vocabulary-training.js';

/** Texts between two reports; a report is a call and a look at the signal. */
const TEXTS_PER_REPORT = 1024;
/** How long the event loop may have to wait for its turn, in milliseconds. */
const PATIENCE = 50;
/** Bytes of a file that are counted at a time. */
const CHUNK = 2 ** 20;

/**
 * Makes a WordPiece vocabulary: characters, then the pair of pieces seen most often becomes a piece, again and again,
 * as Hugging Face's `WordPieceTrainer` does it; equal counts are decided by the pieces, so the result is always the same.
 * Memory: that of the distinct words, about 300 bytes each.
 * @param texts the training texts; the result does not depend on their order
 * @returns tokens in the order of their ids: special tokens, characters, `##` characters, merges
 * @throws TokenizerError `bad-option`, `bad-text`, `aborted`
 */
export function trainVocabulary(
  texts: Iterable<string>,
  options: TrainVocabularyOptions = {},
): readonly string[] {
  const settings = resolveTrainingOptions(options);
  const training = new VocabularyTraining(settings);
  const count = new TextCount(training, settings);
  checkTexts(texts);
  for (const text of texts) count.add(text);
  count.end();
  const steps = training.steps();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * As `trainVocabulary`, from a stream of texts, giving the event loop its turn in between.
 * @throws TokenizerError `bad-option`, `bad-text`, `aborted`, and whatever the stream throws
 */
export async function trainVocabularyAsync(
  texts: AsyncIterable<string> | Iterable<string>,
  options: TrainVocabularyOptions = {},
): Promise<readonly string[]> {
  const settings = resolveTrainingOptions(options);
  const training = new VocabularyTraining(settings);
  const count = new TextCount(training, settings);
  const turn = turns();
  checkTexts(texts);
  if (Symbol.iterator in texts) {
    for (const text of texts) if (count.add(text)) await turn();
  } else {
    for await (const text of texts) if (count.add(text)) await turn();
  }
  count.end();
  return await finish(training, turn);
}

/**
 * As `trainVocabulary`, from text files of any length in UTF-8, plain or gzipped, which are read a piece at a time.
 * Lines do not matter: a word ends at any white space, and at the end of a file.
 * @param paths one file or several; in Node only
 * @throws TokenizerError `bad-option`, `file-missing`, `bad-file`, `not-utf-8`, `aborted`
 */
export async function trainVocabularyFromFiles(
  paths: string | readonly string[],
  options: TrainVocabularyOptions = {},
): Promise<readonly string[]> {
  const settings = resolveTrainingOptions(options);
  const training = new VocabularyTraining(settings);
  const turn = turns();
  const files = typeof paths === 'string' ? [paths] : paths;
  const sizes: (number | undefined)[] = [];
  for (const path of files) sizes.push(await textSize(path));
  const total = sizes.reduce(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
  let finished = 0;
  for (const path of files) {
    const { bytes, readBytes } = await openBytes(path, CHUNK);
    let line = 1;
    for await (const chunk of cutChunks(path, bytes, 'white-space')) {
      const text = decodeUtf8(chunk.bytes);
      if (text === undefined) throw notUtf8Error(chunk.bytes, { path, offset: chunk.offset, line });
      line += countLines(chunk.bytes);
      training.add(text);
      settings.report({ phase: 'counting', done: finished + readBytes(), total });
      await turn();
    }
    finished += readBytes();
  }
  return await finish(training, turn);
}

/** Adds texts, checks them, and reports how many there were. */
class TextCount {
  #done = 0;
  readonly #training: VocabularyTraining;
  readonly #settings: TrainingSettings;

  constructor(training: VocabularyTraining, settings: TrainingSettings) {
    this.#training = training;
    this.#settings = settings;
  }

  /** @returns whether a number of texts has been added since this was last so */
  add(text: string): boolean {
    checkText(text, this.#done);
    this.#training.add(text);
    this.#done += 1;
    if (this.#done % TEXTS_PER_REPORT !== 0) return false;
    this.end();
    return true;
  }

  end(): void {
    this.#settings.report({ phase: 'counting', done: this.#done, total: undefined });
  }
}

async function finish(training: VocabularyTraining, turn: () => Promise<void>): Promise<readonly string[]> {
  const steps = training.steps();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await turn();
  }
}

/** @returns what lets the event loop have its turn when it has waited long enough */
function turns(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < PATIENCE) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
