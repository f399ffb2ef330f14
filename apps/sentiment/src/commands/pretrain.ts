import { createHash } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { TokenizedDocument } from '@bertune/train';

import { startBackend } from '../backend.js';
import { AppError } from '../errors.js';
import type { Io } from '../io.js';
import { commands, type CommandValues } from '../options.js';
import { resolveModel } from '../model/resolve-model.js';
import { chooseOutput, removeIfEmpty, shellPath } from '../output-directory.js';
import { setCoOccurrenceEmbeddings } from '../pretrain/initial-embeddings.js';
import { measurePretrained } from '../pretrain/measure.js';
import { startPretraining } from '../pretrain/pretrain-model.js';
import { type UnigramBaseline, unigramBaseline } from '../pretrain/pretrain-metrics.js';
import { type Corpus, lineCount, orMissing, readCorpus } from '../pretrain/read-documents.js';
import { loadTeacher, removeEmbeddings } from '../pretrain/teacher.js';
import { type Split, taughtSentences } from '../pretrain/taught-sentences.js';
import { type Pretrained, runPretraining } from '../pretrain/run-pretraining.js';
import {
  type Checkpoint,
  hasCheckpoint,
  readCheckpoint,
  refuseFormerCheckpoints,
  removeUnfinishedSaves,
  saveCheckpoint,
} from '../training/checkpoint.js';
import { checkSameData, refuseOthers, storedModel } from '../training/resume.js';
import { logCallbacks } from '../training/run-callbacks.js';
import { writtenOptions } from '../training/settings.js';
import { versions } from '../versions.js';
import { checkOutput, fillDirectory } from '../write-file.js';
import { type PretrainRecord, writePretrainRecord } from '../pretrain/pretrain-record.js';

/** Of as many documents one is kept for measuring where `--valid` is absent. */
const VALIDATION_SHARE = 100;

/** Above this share of unknown tokens, text and vocabulary do not belong together. */
const MANY_UNKNOWN = 0.1;

/** Learning rates at their highest where `--learning-rate` is absent. */
const LEARNING_RATES = { fromScratch: 1e-3, goingOn: 5e-5 };

/** `sentiment pretrain`: text in; a BERT that has learnt from it out, for `train --model`. */
export async function pretrain(values: CommandValues<'pretrain'>, io: Io): Promise<number> {
  if (values.resume !== undefined) {
    refuseOthers(commands.pretrain.options, values);
    const checkpoint = await readCheckpoint(resolve(io.cwd, values.resume));
    await removeUnfinishedSaves(checkpoint.run);
    await checkOutput(checkpoint.run, { overwrite: true });
    const options = checkpoint.options as unknown as CommandValues<'pretrain'>;
    return pretrainInto(checkpoint.run, options, io, checkpoint);
  }
  if (values.corpus === undefined) {
    throw new AppError('missing-value', {
      where: 'sentiment pretrain',
      expected: '--corpus FILE',
      found: 'none',
      remedy: `For example: ${commands.pretrain.example}`,
    });
  }
  if (values.measureOnly && values.model === undefined) {
    throw new AppError('missing-value', {
      where: '--measure-only',
      expected: '--model DIR with it',
      found: 'none',
      remedy: 'A model with random weights has learnt nothing that could be measured.',
    });
  }
  if (values.teacher !== undefined && values.task === 'both') {
    throw new AppError('usage', {
      where: '--teacher',
      expected: '--task masked-tokens with it, since its texts are single sentences',
      found: '--task both',
      remedy: 'Add --task masked-tokens.',
    });
  }
  const output = chooseOutput(values.output, io.cwd);
  await checkOutput(output, { overwrite: values.overwrite });
  await refuseFormerCheckpoints(output);
  try {
    return await pretrainInto(output, values, io, undefined);
  } finally {
    await removeIfEmpty(output);
  }
}

interface Texts {
  readonly train: Split;
  readonly valid: Split;
}

async function pretrainInto(
  output: string,
  values: CommandValues<'pretrain'>,
  io: Io,
  checkpoint: Checkpoint | undefined,
): Promise<number> {
  const started = new Date();
  const say = (line: string): unknown => io.stderr.write(`${line}\n`);
  const path = (file: string): string => resolve(io.cwd, file);
  const backend = await startBackend(values.backend, { download: io.stderr, steps: values });
  for (const note of [...backend.notes, backend.tip]) if (note !== undefined) say(note);
  say(`backend: ${backend.name} (${backend.reason})`);

  const start = values.model === undefined ? undefined : await resolveModel(values.model, io);
  const directory = checkpoint?.directory ?? start;
  const corpusFile = path(values.corpus ?? '');
  await orMissing(corpusFile, `--corpus ${values.corpus}`, () => access(corpusFile));
  const teacher =
    values.teacher === undefined ? undefined : await loadTeacher(await resolveModel(values.teacher, io));
  const embeddingSize = teacher?.encoder.bert.config.hiddenSize;
  const { tokenizer, maxLength, notes, makeModel } = await startPretraining(
    values,
    corpusFile,
    directory,
    embeddingSize,
  );
  if (checkpoint) say(`resuming ${checkpoint.run} after step ${checkpoint.state.steps}`);
  else for (const note of notes) say(note);
  const reading = { keepTexts: teacher !== undefined };
  const corpus = await readCorpus(corpusFile, `--corpus ${values.corpus}`, tokenizer, reading);
  sayCounts(corpus, 'corpus', say);
  let split: Texts = heldOut(corpus);
  if (values.valid !== undefined) {
    const other = await readCorpus(path(values.valid), `--valid ${values.valid}`, tokenizer, reading);
    sayCounts(other, 'valid', say);
    split = { train: corpus, valid: other };
  }
  const [train, valid] = [split.train.documents, split.valid.documents];
  if (values.task === 'both') checkDocuments(train, valid);
  const fingerprint = textFingerprint(train, valid);
  if (checkpoint) checkSameData(checkpoint, fingerprint);
  const learningRate =
    values.learningRate ?? (start === undefined ? LEARNING_RATES.fromScratch : LEARNING_RATES.goingOn);
  say(
    `options: ${writtenOptions({ ...values, maxLength, learningRate, output: shellPath(output, io.cwd) })}`,
  );

  const identity = {
    options: {
      ...values,
      corpus: corpusFile,
      valid: values.valid === undefined ? undefined : path(values.valid),
      model: storedModel(values.model, io.cwd),
      teacher: storedModel(values.teacher, io.cwd),
      backend: backend.name,
    },
    data: fingerprint,
  };
  const callbacks = logCallbacks(values.log, output, {
    isResumed: checkpoint !== undefined,
    options: writtenOptions(values),
    prCurves: false,
  });

  await mkdir(output, { recursive: true });
  const taught =
    teacher &&
    (await io.interruptible((signal) =>
      taughtSentences(teacher, {
        ...split,
        maxLength,
        run: output,
        batchSize: values.batchSize,
        makeExecutor: backend.makeExecutor,
        sink: io.stderr,
        signal,
      }).finally(() => {
        teacher.encoder.dispose();
      }),
    ));
  const model = await makeModel();
  if (values.initialEmbeddings === 'co-occurrence' && directory === undefined) {
    const tokens = setCoOccurrenceEmbeddings(model, train, values.seed);
    say(
      `word embeddings: ${tokens} of ${tokenizer.vocabularySize} begin as co-occurrences in the corpus say`,
    );
  }
  const ready = { model, tokenizer, valid, taught, values, maxLength, makeExecutor: backend.makeExecutor };
  const begin = Date.now();
  let isFinished = false;
  const record = (): Omit<PretrainRecord, 'texts' | 'paddingWaste' | 'result'> => ({
    command: 'pretrain',
    options: { ...values, maxLength, learningRate, output },
    versions: versions(),
    backend: { name: backend.name, reason: backend.reason, tensorflow: backend.tensorflow },
    seed: values.seed,
    corpus: corpus.counts,
    started: started.toISOString(),
    trainingSeconds: (Date.now() - begin) / 1000,
  });
  try {
    const baseline = unigramBaseline(train, valid, tokenizer.vocabularySize);
    if (values.measureOnly) {
      const figures = await measurePretrained(ready);
      const result = { ...figures, unigram: baseline };
      await fillDirectory(output, (staging) =>
        writePretrainRecord(staging, { ...record(), texts: 0, paddingWaste: 0, result }),
      );
      for (const line of figureLines(figures, baseline)) io.stdout.write(`${line}\n`);
      return 0;
    }
    const pretrained = await io.interruptible((signal) =>
      runPretraining({
        ...ready,
        train,
        learningRate,
        sink: io.stderr,
        signal,
        from: checkpoint?.state,
        saveCheckpoint: async (state) => {
          await saveCheckpoint(output, { model, tokenizer }, state, identity);
        },
        callbacks,
      }),
    );
    if (pretrained.history.steps === (checkpoint?.state.steps ?? 0) && pretrained.history.ended === 'aborted')
      throw nothingTrained();
    await fillDirectory(output, async (staging) => {
      await model.savePretrained(staging);
      await tokenizer.savePretrained(staging);
      await writePretrainRecord(staging, {
        ...record(),
        texts: pretrained.texts,
        paddingWaste: pretrained.paddingWaste,
        history: pretrained.history,
        result: { ...pretrained.figures, unigram: baseline },
      });
    });
    const interrupted = pretrained.history.ended === 'aborted';
    isFinished = !interrupted;
    if (interrupted) {
      say(`interrupted after step ${pretrained.history.steps}; saved as it is`);
      say(`resume: pnpm sentiment pretrain --resume ${shellPath(output, io.cwd)}`);
    } else for (const line of reportLines(pretrained, baseline)) io.stdout.write(`${line}\n`);
    io.stdout.write(`saved: ${output}\n`);
    io.stdout.write(`use it: pnpm sentiment train --model ${shellPath(output, io.cwd)}\n`);
    return interrupted ? 1 : 0;
  } finally {
    model.dispose();
    if (isFinished || !(await hasCheckpoint(output))) await removeEmbeddings(output);
  }
}

/** SHA-256 of the tokens that are trained on and measured with: they tell the vocabulary too. */
function textFingerprint(...texts: readonly (readonly TokenizedDocument[])[]): string {
  const hash = createHash('sha256');
  for (const documents of texts) {
    hash.update(`${documents.length} documents`);
    for (const sentence of documents.flat()) hash.update(sentence);
  }
  return hash.digest('hex');
}

/** Takes every hundredth document out, at least two where there are four. */
function heldOut({ documents, texts }: Split): Texts {
  const every = Math.max(2, Math.min(VALIDATION_SHARE, Math.floor(documents.length / 2)));
  const isHeldOut = (at: number): boolean => at % every === every - 1;
  const take = (held: boolean): Split => ({
    documents: documents.filter((_, at) => isHeldOut(at) === held),
    texts: texts.filter((_, at) => isHeldOut(at) === held),
  });
  return { train: take(false), valid: take(true) };
}

function sayCounts({ counts }: Corpus, name: string, say: (line: string) => unknown): void {
  const { documents, sentences, tokens, unknownTokens, binaryLines, longLines } = counts;
  say(`${name}: ${documents} documents, ${sentences} sentences, ${tokens} tokens`);
  if (binaryLines > 0) say(`${name}: passed over ${lineCount(binaryLines)} of no UTF-8 text`);
  if (longLines > 0) say(`${name}: passed over ${lineCount(longLines)} of more than a megabyte`);
  if (unknownTokens > MANY_UNKNOWN * tokens)
    say(
      `${name}: ${((100 * unknownTokens) / tokens).toFixed(0)} % of the tokens are [UNK]; is the vocabulary that of the weights, and of this language?`,
    );
}

/** Next sentences need documents of several sentences, and others to take random ones from. */
function checkDocuments(train: readonly TokenizedDocument[], valid: readonly TokenizedDocument[]): void {
  for (const [where, documents] of Object.entries({ 'training text': train, 'validation text': valid })) {
    const several = documents.filter((document) => document.length > 1).length;
    if (documents.length >= 2 && several > 0) continue;
    throw new AppError('too-few-examples', {
      where: `--task both, ${where}`,
      expected: 'at least two documents, and some with more than one sentence',
      found: `${documents.length} documents, ${several} with more than one sentence`,
      remedy: 'Separate documents by empty lines, give --valid, or use --task masked-tokens.',
    });
  }
}

function reportLines(
  { figures, texts, paddingWaste, history }: Pretrained,
  unigram: UnigramBaseline,
): string[] {
  const padding = `${percent(paddingWaste)} padding`;
  return [`${history.steps} steps of ${texts} texts, ${padding}`, ...figureLines(figures, unigram)];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function figureLines(figures: Pretrained['figures'], unigram: UnigramBaseline): string[] {
  const { next_sentence_accuracy: next, teacher_similarity: alike } = figures;
  return [
    `masked tokens: ${percent(figures.masked_accuracy)} right (always the commonest: ${percent(unigram.accuracy)}), loss ${figures.masked_loss.toFixed(3)} (frequencies alone: ${unigram.loss.toFixed(3)})`,
    ...(alike === undefined ? [] : [`teacher: cosine similarity ${alike.toFixed(3)}`]),
    ...(next === undefined ? [] : [`next sentence: ${percent(next)} right`]),
  ];
}

function nothingTrained(): AppError {
  return new AppError('interrupted', {
    where: 'sentiment pretrain',
    expected: 'at least one step',
    found: 'Ctrl-C before its end',
    remedy: 'Nothing was trained, so nothing was saved.',
  });
}
