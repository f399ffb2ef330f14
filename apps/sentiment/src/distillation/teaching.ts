import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { IGNORED_LABEL } from '@bertune/heads';

import type { Example, LabelSpace } from '../data/labels.js';
import { type Columns, countEmpty, readExamples } from '../data/read-examples.js';
import { AppError } from '../errors.js';
import { readModelConfig, storedTask } from '../model/stored-task.js';
import type { DistillationValues } from './distillation-options.js';

/** Whom a model learns from, and what it learns from the teacher alone. */
export interface Teaching {
  /** Folder of the teacher. */
  readonly directory: string;
  /** Column of the teacher's logits for each class of the student. */
  readonly columns: readonly number[];
  /** Texts without labels. */
  readonly unlabelled: readonly Example[];
  /** SHA-256 of the teacher's files and of these texts. */
  readonly fingerprint: string;
  /** Lines to print. */
  readonly notes: readonly string[];
}

/** Files of a model that say what it says of a text: configuration, vocabulary, weights. */
const telling = /\.(json|txt|safetensors|bin|h5)$/;

/**
 * Makes sure that a teacher knows the classes, and reads the texts without labels. The weights are not loaded.
 * @param labels of the student
 * @returns undefined without `--teacher`
 * @throws AppError `missing-directory`, `model-mismatch`; those of the readers of examples
 */
export async function openTeaching(
  { teacher, unlabelled }: DistillationValues,
  { labels, columns, cwd }: { labels: LabelSpace; columns: Columns; cwd: string },
): Promise<Teaching | undefined> {
  if (teacher === undefined) return undefined;
  const directory = resolve(cwd, teacher);
  const known = await classesOf(directory);
  checkClasses(directory, known, labels);
  const { text, pair } = columns;
  const raw =
    unlabelled === undefined
      ? []
      : await readExamples(resolve(cwd, unlabelled), '--unlabelled', { text, pair });
  const examples = raw.map(({ place: _, label: __, ...example }) => ({
    ...example,
    target: [IGNORED_LABEL],
  }));
  const empty = countEmpty(raw);
  const named = `unlabelled: ${raw.length} texts of ${basename(unlabelled ?? '')}`;
  const hash = createHash('sha256').update(JSON.stringify(raw.map((each) => [each.text, each.pair])));
  await addFiles(hash, directory);
  return {
    directory,
    columns: labels.names.map((name) => known.indexOf(name)),
    unlabelled: examples,
    fingerprint: hash.digest('hex'),
    notes: unlabelled === undefined ? [] : [`${named}${empty ? `, ${empty} of them empty (kept)` : ''}`],
  };
}

/** Classes of a teacher's head. */
async function classesOf(directory: string): Promise<readonly string[]> {
  if (!(await stat(directory).catch(() => undefined))?.isDirectory()) {
    throw new AppError('missing-directory', {
      where: '--teacher',
      expected: 'the folder of a model that train has saved',
      found: `none at ${directory}`,
      remedy: 'Fine-tune the teacher first: sentiment train --model SOURCE --output DIR.',
    });
  }
  const stored = storedTask(await readModelConfig(directory, '--teacher'));
  if (stored?.task === 'single-label') return stored.names;
  throw mismatch(
    'a classifier with one class for each text (BertForSequenceClassification in config.json)',
    `${stored ? `one for ${stored.task}` : 'an encoder without a head'} in ${directory}`,
    'Fine-tune it first: sentiment train --model DIR --task single-label.',
  );
}

function checkClasses(directory: string, known: readonly string[], { names }: LabelSpace): void {
  const same = known.length === names.length && names.every((name) => known.includes(name));
  if (same) return;
  const shown = (all: readonly string[]): string =>
    `${all.length}: ${all.slice(0, 10).join(', ')}${all.length > 10 ? ', ...' : ''}`;
  throw mismatch(
    `the classes of the training examples (${shown(names)})`,
    `${shown(known)} in ${directory}`,
    'Train the teacher on examples with the same class names.',
  );
}

function mismatch(expected: string, found: string, remedy: string): AppError {
  return new AppError('model-mismatch', { where: '--teacher', expected, found, remedy });
}

async function addFiles(hash: Hash, directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory() && telling.test(entry.name));
  for (const { name } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`\n${name}\n`);
    for await (const part of createReadStream(join(directory, name))) hash.update(part as Buffer);
  }
}
