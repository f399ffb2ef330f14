import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { openSafetensors, writeSafetensors } from '@bertune/bert';
import type { History, OptimizerState, SlotValues } from '@bertune/train';

import { AppError } from '../errors.js';
import type { LoadedModel } from '../model/build-model.js';
import { writeFileAtomic } from '../write-file.js';

/** The optimiser's running figures, by `parameter/slot`. */
const optimizerFile = 'optimizer.safetensors';
/** The rest of the state. Written last within the folder. */
const recordFile = 'checkpoint.json';
const folderName = /^checkpoint-(\d+)$/;
/** Checkpoints of a run that stay: should one not open, there is the one before. */
const kept = 2;

/** Beginning of the name of a folder that is being filled, as `fillDirectory` has it too. */
const stagingPrefix = '.partial-';

/** Where a training stands between two steps, besides the weights. */
export interface TrainingState {
  /** Optimizer steps taken. */
  readonly step: number;
  /** What the optimiser remembers. */
  readonly optimizer: OptimizerState;
  /** Figures of all steps and epochs so far. */
  readonly history: Omit<History, 'ended'>;
}

/** What `checkpoint.json` holds beside `TrainingState`. */
export interface RunIdentity {
  /** Options of the run as they were given, paths made absolute; `--class-weights` pairs as an object. */
  readonly options: Readonly<Record<string, unknown>>;
  /** SHA-256 of the examples: the order of batches means nothing on other data. */
  readonly data: string;
}

/** A checkpoint that was found and read, but for its weights. */
export interface Checkpoint extends RunIdentity {
  /** Its folder: a model in Hugging Face's layout, and the state beside it. */
  readonly directory: string;
  /** The folder of the run. */
  readonly run: string;
  readonly state: TrainingState;
}

/**
 * Writes `checkpoint-STEP` into the folder of a run: model, tokenizer, optimiser and figures. The folder takes its name
 * when it is complete; older checkpoints but one go after that.
 */
export async function saveCheckpoint(
  run: string,
  { model, tokenizer }: LoadedModel,
  { step, optimizer, history }: TrainingState,
  identity: RunIdentity,
): Promise<string> {
  const target = join(run, `checkpoint-${step}`);
  await mkdir(run, { recursive: true });
  const staging = await mkdtemp(join(run, stagingPrefix));
  try {
    await tokenizer.savePretrained(staging);
    await model.savePretrained(staging);
    const tensors = [...optimizer.slots].map(([name, { shape, values }]) => ({
      name,
      shape,
      values: () => values,
    }));
    await writeSafetensors(join(staging, optimizerFile), tensors);
    const { kind, iterations } = optimizer;
    const record = { step, optimizer: { kind, iterations }, history, ...identity };
    await writeFileAtomic(join(staging, recordFile), `${JSON.stringify(record)}\n`);
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  for (const old of (await checkpointSteps(run)).slice(kept)) {
    await rm(join(run, `checkpoint-${old}`), { recursive: true, force: true });
  }
  return target;
}

/** Takes away what a run that was killed in the middle of a save has left: nothing of it is complete. */
export async function removeUnfinishedSaves(run: string): Promise<void> {
  for (const name of await readdir(run)) {
    if (name.startsWith(stagingPrefix)) await rm(join(run, name), { recursive: true, force: true });
  }
}

/** Steps of the checkpoints in a run's folder, the latest first. */
async function checkpointSteps(run: string): Promise<number[]> {
  const names = await readdir(run).catch(() => []);
  const steps = names.flatMap((name) => folderName.exec(name)?.[1] ?? []).map(Number);
  return steps.sort((a, b) => b - a);
}

/**
 * Reads the latest checkpoint of a run, or the one named.
 * @param directory of a run, or of one of its checkpoints
 * @throws AppError `missing-directory` without a checkpoint, `broken-checkpoint`; errors of `@bertune/bert`
 */
export async function readCheckpoint(directory: string): Promise<Checkpoint> {
  const [latest] = await checkpointSteps(directory);
  const folder = latest === undefined ? directory : join(directory, `checkpoint-${latest}`);
  const file = join(folder, recordFile);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) {
    throw new AppError('missing-directory', {
      where: '--resume',
      expected: 'a directory with a checkpoint, which --save-steps or Ctrl-C leaves',
      found: `none in ${directory}`,
      remedy: 'Name the --output of the run that was cut off.',
    });
  }
  const { step, optimizer, history, options, data } = await readRecord(file);
  const slots = await readSlots(join(folder, optimizerFile));
  return {
    directory: folder,
    run: dirname(folder),
    options,
    data,
    state: { step, history, optimizer: { ...optimizer, slots } },
  };
}

type StoredRecord = RunIdentity &
  Pick<TrainingState, 'step' | 'history'> & { readonly optimizer: Omit<OptimizerState, 'slots'> };

async function readRecord(file: string): Promise<StoredRecord> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as StoredRecord;
  } catch (error) {
    throw new AppError('broken-checkpoint', {
      where: file,
      expected: 'JSON as this program wrote it',
      found: String(error),
      remedy: 'Name an older checkpoint of the run with --resume.',
      cause: error,
    });
  }
}

async function readSlots(file: string): Promise<Map<string, SlotValues>> {
  const stored = await openSafetensors(file);
  try {
    const slots = new Map<string, SlotValues>();
    for (const [name, { shape }] of stored.entries)
      slots.set(name, { shape, values: await stored.read(name) });
    return slots;
  } finally {
    await stored.close();
  }
}
