import { join } from 'node:path';

import { loadLora } from '@bertune/bert';

import { startBackend, type Backend } from '../backend.js';
import { countClasses } from '../data/labels.js';
import { loadSplits, type Splits } from '../data/load-splits.js';
import { checkDistillationOptions } from '../distillation/distillation-options.js';
import { openTeaching, type Teaching } from '../distillation/teaching.js';
import type { Io } from '../io.js';
import { buildModel, type LoadedModel } from '../model/build-model.js';
import { checkLossOptions } from '../model/head-options.js';
import { NO_MODEL } from '../model/model-names.js';
import { resolveModel } from '../model/resolve-model.js';
import { readModelConfig, storedTask } from '../model/stored-task.js';
import { noClasses, type PartValues } from '../repeats/plan.js';
import { checkAveragingOptions } from './averaging.js';
import { checkCacheOptions } from './cached-features.js';
import { adapterFolder, type Checkpoint } from './checkpoint.js';
import { loraOf } from './lora.js';
import { checkSameData, checkSameSet, dataFingerprint } from './resume.js';
import { resolveSettings, type TrainSettings } from './settings.js';

/** What a training needs before its first step. */
export interface PreparedTraining {
  readonly settings: TrainSettings;
  readonly splits: Splits;
  readonly fingerprint: string;
  readonly backend: Backend;
  readonly loaded: LoadedModel;
  /** Whom the model learns from; undefined without --teacher. */
  readonly teaching: Teaching | undefined;
}

/**
 * Reads data and model and starts the backend: everything that can be wrong is found here, before the first step.
 * @param checkpoint where the run was cut off
 * @returns the caller disposes the model
 * @throws AppError for options, files, data and models that do not fit
 */
export async function prepareTraining(
  { part, ...values }: PartValues,
  io: Io,
  checkpoint: Checkpoint | undefined,
): Promise<PreparedTraining> {
  const say = (line: string): unknown => io.stderr.write(`${line}\n`);
  const start = async (): Promise<string | undefined> =>
    values.model === NO_MODEL ? undefined : resolveModel(values.model, io);
  const directory = checkpoint?.directory ?? (await start());
  const stored = directory === undefined ? undefined : storedTask(await readModelConfig(directory));
  const task = values.task ?? stored?.task ?? 'single-label';
  const settings = resolveSettings({ ...values, task });
  checkCacheOptions(settings);
  checkLossOptions(settings, task);
  checkAveragingOptions(settings);
  checkDistillationOptions(settings, task);
  const lora = await loraOf(settings, checkpoint);
  if (part?.labelNoise && task === 'regression') throw noClasses();
  const { splitSeed = values.seed, fold } = part ?? {};
  const sources = { ...values, seed: splitSeed, fold, columns: values, cwd: io.cwd };
  const splits = await loadSplits(sources, task, stored);
  checkSameSet(part?.data, splits);
  const teaching = await openTeaching(settings, { labels: splits.labels, columns: values, cwd: io.cwd });
  const fingerprint = dataFingerprint(splits, teaching?.fingerprint);
  if (checkpoint) {
    checkSameData(checkpoint, fingerprint);
    say(`resuming ${checkpoint.run} after step ${checkpoint.state.steps}`);
  }
  for (const note of [...splits.notes, ...(teaching?.notes ?? [])]) say(note);
  if (teaching && fold)
    say('teacher: the figures are those of unseen texts if it has not learnt from what is held out either');
  const { labels } = splits;
  const counts = countClasses(splits.train, labels).map((count, at) => `${labels.names[at]} (${count})`);
  say(`task: ${task}${counts.length > 0 ? `; classes: ${counts.slice(0, 20).join(', ')}` : ''}`);
  const backend = await startBackend(values.backend, { download: io.stderr, steps: values });
  for (const note of [...backend.notes, backend.tip]) if (note !== undefined) say(note);
  say(`backend: ${backend.name} (${backend.reason})`);
  const loaded = await buildModel({ ...settings, lora, directory, labels, train: splits.train });
  if (checkpoint && lora) await loadLora(join(checkpoint.directory, adapterFolder), loaded.model);
  for (const note of loaded.notes) say(note);
  const withLength = { ...settings, maxLength: loaded.maxLength };
  return { settings: withLength, splits, fingerprint, backend, loaded, teaching };
}
