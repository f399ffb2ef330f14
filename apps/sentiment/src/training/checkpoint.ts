import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import {
  type Bert,
  openSafetensors,
  saveLora,
  type SavePretrainedOptions,
  type TensorToWrite,
  writeSafetensors,
} from '@bertune/bert';
import type { BertTokenizer } from '@bertune/tokenizer';
import type { CallbackState, SlotValues, TrainingState } from '@bertune/train';
import type * as tf from '@tensorflow/tfjs';

import { AppError } from '../errors.js';
import { writeFileAtomic } from '../write-file.js';
import { parseExact, stringifyExact } from './checkpoint-json.js';

/** The optimiser's running figures, by `parameter/slot`. */
const optimizerFile = 'optimizer.safetensors';
/** Tensors that callbacks keep, such as the best weights so far, by `position/name`. */
const callbackFile = 'callbacks.safetensors';
/** What LoRA has trained, beside the model under it. */
export const adapterFolder = 'adapter';
/** The rest of the state. Written last within the folder. */
const recordFile = 'checkpoint.json';
const folderName = /^checkpoint-(\d+)$/;
/** Checkpoints of a run that stay: should one not open, there is the one before. */
const kept = 2;

/** Beginning of the name of a folder that is being filled, as `fillDirectory` has it too. */
const stagingPrefix = '.partial-';

/** What `checkpoint.json` holds beside the state of the training. */
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

/** A model with what reads its texts. */
export interface ModelToSave {
  readonly model: {
    readonly bert: Bert;
    readonly parameters: ReadonlyMap<string, tf.Variable>;
    savePretrained(directory: string, options?: SavePretrainedOptions): Promise<void>;
  };
  readonly tokenizer: BertTokenizer;
}

/**
 * Writes `checkpoint-STEP` into the folder of a run: model, tokenizer, optimiser and figures. The folder takes its name
 * when it is complete; older checkpoints but one go after that.
 */
export async function saveCheckpoint(
  run: string,
  { model, tokenizer }: ModelToSave,
  state: TrainingState,
  identity: RunIdentity,
): Promise<string> {
  const { optimizer, callbacks, ...rest } = state;
  const target = join(run, `checkpoint-${state.steps}`);
  await mkdir(run, { recursive: true });
  const staging = await mkdtemp(join(run, stagingPrefix));
  try {
    await tokenizer.savePretrained(staging);
    await model.savePretrained(staging, { foldLora: false });
    if (model.bert.lora) await saveLora(join(staging, adapterFolder), model);
    await writeSafetensors(join(staging, optimizerFile), tensorsOf(optimizer.slots));
    const kept = callbacks.flatMap((callback, i) =>
      [...(callback?.tensors ?? [])].map(([name, values]) => [`${i}/${name}`, values] as const),
    );
    if (kept.length > 0) await writeSafetensors(join(staging, callbackFile), tensorsOf(kept));
    const { kind, iterations, iterationsOf = new Map<string, number>() } = optimizer;
    const record: StoredRecord = {
      format,
      ...rest,
      optimizer: { kind, iterations, iterationsOf: Object.fromEntries(iterationsOf) },
      callbacks: callbacks.map((callback) => (callback ? { json: callback.json } : null)),
      ...identity,
    };
    await writeFileAtomic(join(staging, recordFile), `${stringifyExact(record)}\n`);
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

/**
 * Makes sure that a new run does not mix its checkpoints with those of a former one, of which `--resume` would take the
 * latest.
 * @throws AppError `output-exists`
 */
export async function refuseFormerCheckpoints(run: string): Promise<void> {
  const [latest] = await checkpointSteps(run);
  if (latest === undefined) return;
  throw new AppError('output-exists', {
    where: '--output',
    expected: 'no checkpoints of a former run',
    found: `checkpoint-${latest} in ${run}`,
    remedy: 'Go on with that run by --resume, remove its checkpoints, or name another directory.',
  });
}

/** Steps of the checkpoints in a run's folder, the latest first. */
async function checkpointSteps(run: string): Promise<number[]> {
  const names = await readdir(run).catch(() => []);
  const steps = names.flatMap((name) => folderName.exec(name)?.[1] ?? []).map(Number);
  return steps.sort((a, b) => b - a);
}

/** Whether a run has a checkpoint in its folder. */
export async function hasCheckpoint(run: string): Promise<boolean> {
  return (await checkpointSteps(run)).length > 0;
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
  const { format: _, options, data, optimizer, callbacks, ...rest } = await readRecord(file);
  const slots = await readTensors(join(folder, optimizerFile));
  const hasTensors = (await readdir(folder)).includes(callbackFile);
  const kept = hasTensors ? await readTensors(join(folder, callbackFile)) : new Map<string, SlotValues>();
  return {
    directory: folder,
    run: dirname(folder),
    options,
    data,
    state: {
      ...rest,
      optimizer: { ...optimizer, iterationsOf: new Map(Object.entries(optimizer.iterationsOf)), slots },
      callbacks: callbacks.map((callback, i) =>
        callback ? { ...callback, tensors: below(`${i}/`, kept) } : undefined,
      ),
    },
  };
}

/** Of `checkpoint.json`; another number is another layout. */
const format = 2;

type StoredRecord = RunIdentity &
  Omit<TrainingState, 'optimizer' | 'callbacks'> & {
    readonly format: number;
    readonly optimizer: Pick<TrainingState['optimizer'], 'kind' | 'iterations'> & {
      readonly iterationsOf: Readonly<Record<string, number>>;
    };
    /** null: JSON has no undefined */
    readonly callbacks: readonly (Pick<CallbackState, 'json'> | null)[];
  };

async function readRecord(file: string): Promise<StoredRecord> {
  const broken = (found: string, cause?: unknown): AppError =>
    new AppError('broken-checkpoint', {
      where: file,
      expected: 'JSON as this program wrote it',
      found,
      remedy: 'Name an older checkpoint of the run with --resume.',
      cause,
    });
  let record: Partial<StoredRecord> | null;
  try {
    record = parseExact(await readFile(file, 'utf8')) as Partial<StoredRecord> | null;
  } catch (error) {
    throw broken(String(error), error);
  }
  if (record?.format === format) return record as StoredRecord;
  throw broken(`format ${record?.format ?? 'of another version'} instead of ${format}`);
}

function tensorsOf(values: Iterable<readonly [string, SlotValues]>): TensorToWrite[] {
  return [...values].map(([name, { shape, values }]) => ({ name, shape, values: () => values }));
}

/** What stands below a prefix, without it; undefined where nothing does. */
function below(prefix: string, values: ReadonlyMap<string, SlotValues>): Map<string, SlotValues> | undefined {
  const found = [...values].filter(([name]) => name.startsWith(prefix));
  if (found.length === 0) return undefined;
  return new Map(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

async function readTensors(file: string): Promise<Map<string, SlotValues>> {
  const stored = await openSafetensors(file);
  try {
    const values = new Map<string, SlotValues>();
    for (const [name, { shape }] of stored.entries)
      values.set(name, { shape, values: await stored.read(name) });
    return values;
  } finally {
    await stored.close();
  }
}
