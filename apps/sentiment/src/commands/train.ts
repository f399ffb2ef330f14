import { randomUUID } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';

import { saveLora } from '@bertune/bert';

import type { Splits } from '../data/load-splits.js';
import { AppError } from '../errors.js';
import { recordedEstimate } from '../estimate/estimate-training.js';
import { formatEstimate } from '../estimate/format.js';
import type { Io } from '../io.js';
import type { LoadedModel } from '../model/build-model.js';
import { commands, type CommandValues } from '../options.js';
import { checkOutput, checkSpace, fillDirectory } from '../write-file.js';
import { chooseOutput, removeIfEmpty, shellPath } from '../output-directory.js';
import { startProgress } from '../progress.js';
import { formatReport, type Report } from '../report/format.js';
import { makeReport } from '../report/make-report.js';
import { reportFile, writeReportPage } from '../report-page/write-report-page.js';
import { repeatPlan, type PartValues } from '../repeats/plan.js';
import { readSet, runRepeats, type PartOutcome } from '../repeats/run-repeats.js';
import { writeRunRecord, type RunRecord } from '../run-record.js';
import {
  adapterFolder,
  hasCheckpoint,
  readCheckpoint,
  refuseFormerCheckpoints,
  removeUnfinishedSaves,
  saveCheckpoint,
  type Checkpoint,
} from '../training/checkpoint.js';
import { refuseOthers, restoredOptions, resumedOptions, storedOptions } from '../training/resume.js';
import { notFinite } from '../training/not-finite.js';
import { prepareTraining } from '../training/prepare-training.js';
import { estimateOnly, runTraining, type Trained } from '../training/run-training.js';
import { writtenOptions } from '../training/settings.js';
import { versions } from '../versions.js';

/** `sentiment train`: data in; a trained, evaluated and saved model out. The report goes to standard output. */
export async function train(values: CommandValues<'train'>, io: Io): Promise<number> {
  if (values.resume !== undefined) {
    const set = await resumedSet(values, io);
    if (set !== undefined) return set;
    const checkpoint = await readCheckpoint(resolve(io.cwd, values.resume));
    await removeUnfinishedSaves(checkpoint.run);
    await checkOutput(checkpoint.run, { overwrite: true });
    return (await trainInto(checkpoint.run, resumedOptions(values, checkpoint), io, checkpoint)).code;
  }
  const plan = repeatPlan(values);
  if (values.estimateOnly) return estimate(values, io);
  const output = chooseOutput(values.output, io.cwd);
  await checkOutput(output, { overwrite: values.overwrite });
  await refuseFormerCheckpoints(output);
  await removeUnfinishedSaves(output);
  try {
    if (!plan) return (await trainInto(output, values, io, undefined)).code;
    for (const { folder } of plan.parts) await refuseFormerCheckpoints(join(output, folder));
    const options = storedOptions(values, io.cwd, values.backend);
    return await runRepeats({ directory: output, plan, id: randomUUID(), options, io, runPart });
  } finally {
    await removeIfEmpty(output);
  }
}

/** Goes on with a set of runs; undefined where the folder has none. */
async function resumedSet(values: CommandValues<'train'>, io: Io): Promise<number | undefined> {
  const directory = resolve(io.cwd, values.resume ?? '');
  const set = await readSet(directory);
  const plan = set && repeatPlan(restoredOptions(set.options));
  if (!plan) return undefined;
  refuseOthers(commands.train.options, values);
  return runRepeats({ directory, plan, ...set, io, runPart });
}

/** One run of a set, from its checkpoint if it was cut off. */
async function runPart(
  folder: string,
  values: PartValues,
  io: Io,
  onPrepared: () => Promise<void>,
): Promise<PartOutcome> {
  await checkOutput(folder, { overwrite: true });
  await removeUnfinishedSaves(folder);
  try {
    const checkpoint = (await hasCheckpoint(folder)) ? await readCheckpoint(folder) : undefined;
    const options = checkpoint ? restoredOptions(checkpoint.options) : values;
    return await trainInto(folder, { ...options, part: values.part }, io, checkpoint, onPrepared);
  } finally {
    await removeIfEmpty(folder);
  }
}

async function trainInto(
  output: string,
  values: PartValues,
  io: Io,
  checkpoint: Checkpoint | undefined,
  onPrepared?: () => Promise<void>,
): Promise<PartOutcome> {
  const started = new Date();
  const prepared = await prepareTraining(values, io, checkpoint);
  const { settings, splits, fingerprint, backend, loaded, teaching } = prepared;
  const { model, tokenizer, labels, maxLength } = loaded;
  // A checkpoint is the model and two moments of each weight; two stay and a third is being written.
  const copies = settings.saveSteps === undefined ? 4 : 10;
  await checkSpace(output, copies * savedBytes(loaded)).catch((error: unknown) => {
    model.dispose();
    throw error;
  });
  await onPrepared?.();
  const packages = versions();
  io.stderr.write(`options: ${writtenOptions({ ...settings, output: shellPath(output, io.cwd) })}\n`);
  io.stderr.write(
    `versions: ${Object.entries(packages)
      .map((pair) => pair.join(' '))
      .join(', ')}\n`,
  );
  const identity = {
    options: storedOptions(values, io.cwd, backend.name),
    data: fingerprint,
  };
  let trained: Trained | undefined;
  try {
    const begin = Date.now();
    trained = await io.interruptible((signal) =>
      runTraining({
        loaded,
        splits,
        teaching,
        settings,
        output,
        sink: io.stderr,
        makeExecutor: backend.makeExecutor,
        signal,
        from: checkpoint?.state,
        saveCheckpoint: (state) => saveCheckpoint(output, loaded, state, identity),
      }),
    );
    const { history, failure } = trained;
    const record: Omit<RunRecord, 'result'> = {
      command: 'train',
      options: { ...settings, output },
      versions: packages,
      backend: { name: backend.name, reason: backend.reason, tensorflow: backend.tensorflow },
      seed: settings.seed,
      labels,
      maxLength,
      examples: {
        train: splits.train.length,
        ...(teaching && { unlabelled: teaching.unlabelled.length }),
        valid: splits.valid.length,
        test: splits.test.length,
      },
      history,
      started: started.toISOString(),
      trainingSeconds: (Date.now() - begin) / 1000,
      estimate: trained.estimate && recordedEstimate(trained.estimate, trained.took),
    };
    if (history.steps === (checkpoint?.state.steps ?? 0)) {
      if (failure) throw notFinite(failure, undefined, io);
      if (history.ended === 'aborted') throw nothingTrained();
    }
    // Saved first: whatever happens to the evaluation, the training is not lost.
    await fillDirectory(output, async (staging) => {
      await model.savePretrained(staging);
      await tokenizer.savePretrained(staging);
      if (model.bert.lora)
        await saveLora(join(staging, adapterFolder), model, {
          taskType: 'SEQ_CLS',
          baseModel: settings.model,
        });
      await writeRunRecord(staging, record);
    });
    if (history.ended === 'aborted') {
      interrupted(output, values.part ? dirname(output) : output, history.steps, io);
      return { code: 1 };
    }
    if (failure) throw notFinite(failure, output, io);
    const { report, scores } = await measure(trained, splits, io);
    const { test: examples, testIs: of } = splits;
    await writeRunRecord(output, { ...record, result: { of, report } });
    const page = join(output, reportFile);
    const measured = { loaded, of, examples, scores, report };
    const missing = await writeReportPage(page, { ...measured, training: record, facts: record });
    io.stderr.write(`${missing ?? `report: ${shellPath(page, io.cwd)}`}\n`);
    const lines = [
      ...formatReport(report, splits.testIs),
      `saved: ${output}`,
      `use it: ${predictCommand(output, io)}`,
    ];
    io.stdout.write(`${lines.join('\n')}\n`);
    return { code: 0, measured: { report, scores, splits } };
  } finally {
    trained?.dispose();
    model.dispose();
  }
}

/** `--estimate-only`: what the training would take, on standard output. Nothing is trained or written. */
async function estimate(values: CommandValues<'train'>, io: Io): Promise<number> {
  const { settings, splits, backend, loaded, teaching } = await prepareTraining(values, io, undefined);
  try {
    const found = await io.interruptible((signal) =>
      estimateOnly({
        ...{ loaded, splits, teaching, settings, signal, makeExecutor: backend.makeExecutor },
        output: '',
        sink: io.stderr,
        from: undefined,
        saveCheckpoint: () => Promise.reject(new Error('nothing is trained')),
      }),
    );
    if (!found) throw nothingTrained();
    io.stdout.write(`${formatEstimate(found).join('\n')}\n`);
    return 0;
  } finally {
    loaded.model.dispose();
  }
}

/** Float32 weights, and a share for tokenizer files and the record. */
function savedBytes({ model, tokenizer }: LoadedModel): number {
  const values = [...model.parameters.values()].reduce((sum, { size }) => sum + size, 0);
  return 4 * values + 100 * tokenizer.vocabularySize + 100_000;
}

async function measure(
  { score }: Trained,
  { test, testIs, labels }: Splits,
  io: Io,
): Promise<{ readonly report: Report; readonly scores: Float32Array }> {
  const progress = startProgress(io.stderr, `evaluating on ${testIs}`, test.length);
  const { values } = await score(test, (done) => progress.update(done));
  progress.stop();
  return { report: makeReport(test, values, labels), scores: values };
}

function predictCommand(output: string, io: Io): string {
  return `pnpm sentiment predict --model ${shellPath(output, io.cwd)} "The food was great."`;
}

function nothingTrained(): AppError {
  return new AppError('interrupted', {
    where: 'sentiment train',
    expected: 'at least one step',
    found: 'Ctrl-C before its end',
    remedy: 'Nothing was trained, so nothing was saved.',
  });
}

/** @param run folder that the run goes on from: its own, or that of its set */
function interrupted(output: string, run: string, steps: number, io: Io): void {
  const path = shellPath(output, io.cwd);
  io.stderr.write(
    [
      `interrupted after step ${steps}; saved as it is, not evaluated: ${output}`,
      `resume: pnpm sentiment train --resume ${shellPath(run, io.cwd)}`,
      `measure it: pnpm sentiment evaluate --model ${path}`,
      '',
    ].join('\n'),
  );
}
