import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { LabelSpace } from '../data/labels.js';
import type { Splits } from '../data/load-splits.js';
import { AppError } from '../errors.js';
import type { Io } from '../io.js';
import { shellPath } from '../output-directory.js';
import { shownText } from '../report/classification.js';
import type { Report } from '../report/format.js';
import { setFingerprint } from '../training/resume.js';
import { writeFileAtomic } from '../write-file.js';
import { findLabelNoise, labelNoiseCsv, labelNoiseLines, type HeldOut } from './label-noise.js';
import type { PartValues, RepeatPlan } from './plan.js';
import { figuresOf, repeatedFigures, summaryTable, type Figures } from './summary.js';

/** How one run ended. */
export interface PartOutcome {
  /** Of the process. */
  readonly code: number;
  /** What was measured; absent where the run was interrupted. */
  readonly measured?: { readonly report: Report; readonly scores: Float32Array; readonly splits: Splits };
}

/** Runs one part in its folder, from its checkpoint if there is one. */
export type RunPart = (
  folder: string,
  values: PartValues,
  io: Io,
  /** Called when all that can be wrong was found to be right, before the first step. */
  onPrepared: () => Promise<void>,
) => Promise<PartOutcome>;

/** A set of runs. */
export interface RepeatJob {
  /** Folder of the set. */
  readonly directory: string;
  /** Its runs. */
  readonly plan: RepeatPlan;
  /** Tells the files of this set from those of another one in the same folder. */
  readonly id: string;
  /** Options as a set stores them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly io: Io;
  readonly runPart: RunPart;
}

const [setFile, partFile, summaryFile, noiseFile] = [
  'repeats.json',
  'part.json',
  'summary.json',
  'label-noise.csv',
];

/** What `repeats.json` holds. */
export interface StoredSet {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What `part.json` holds of a run that has ended. */
interface StoredPart {
  readonly id: string;
  readonly data: string;
  readonly of: Splits['testIs'];
  readonly labels: LabelSpace;
  readonly figures: Figures;
  readonly heldOut: readonly HeldOut[];
}

/** The set of runs in a folder; undefined where there is none. */
export async function readSet(directory: string): Promise<StoredSet | undefined> {
  const stored = await readJson<StoredSet>(join(directory, setFile));
  return stored && typeof stored.id === 'string' && typeof stored.options === 'object' ? stored : undefined;
}

async function readJson<Value>(file: string): Promise<(Partial<Value> & Value) | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    throw new AppError('broken-checkpoint', {
      where: file,
      expected: 'JSON as this program wrote it',
      found: String(error),
      remedy: 'Start the runs anew in another folder.',
      cause: error,
    });
  }
}

/**
 * Runs what of a set has not been run yet, and says what all of them give. Table on standard output; the reports of the
 * single runs go to standard error.
 * @returns exit code
 */
export async function runRepeats({ directory, plan, id, options, io, runPart }: RepeatJob): Promise<number> {
  const stored: StoredPart[] = [];
  const goOn = `go on: pnpm sentiment train --resume ${shellPath(directory, io.cwd)}\n`;
  for (const [at, { name, folder, values }] of plan.parts.entries()) {
    const path = join(directory, folder);
    const former = await readJson<StoredPart>(join(path, partFile));
    if (former?.id === id) {
      io.stderr.write(`${name} has been run\n`);
      stored.push(former);
      continue;
    }
    io.stderr.write(`\n${name} (${at + 1} of ${plan.parts.length})\n`);
    const part = { ...values.part, data: stored[0]?.data };
    const outcome = await runPart(path, { ...values, part }, { ...io, stdout: io.stderr }, async () => {
      await mkdir(directory, { recursive: true });
      await writeFileAtomic(join(directory, setFile), `${JSON.stringify({ id, options }, null, 2)}\n`);
    }).catch(async (error: unknown) => {
      // What fails before the first step leaves nothing behind.
      const isUntouched = stored.length === 0 && !existsSync(path);
      if (isUntouched) await rm(join(directory, setFile), { force: true });
      else io.stderr.write(goOn);
      throw error;
    });
    if (!outcome.measured) {
      io.stderr.write(goOn);
      return outcome.code;
    }
    const done = storedPart(id, outcome.measured, values.part.fold !== undefined);
    await writeFileAtomic(join(path, partFile), `${JSON.stringify(done)}\n`);
    stored.push(done);
  }
  await summarise(directory, plan, stored, io);
  return 0;
}

function storedPart(
  id: string,
  { report, scores, splits }: NonNullable<PartOutcome['measured']>,
  isFold: boolean,
): StoredPart {
  const { test, labels, testIs: of } = splits;
  const columns = scores.length / Math.max(test.length, 1);
  const heldOut = test.map((example, at) => ({
    row: example.row ?? at + 1,
    text: shownText(example),
    target: example.target,
    scores: [...scores.subarray(at * columns, (at + 1) * columns)],
  }));
  const data = setFingerprint(splits);
  return { id, data, of, labels, figures: figuresOf(report), heldOut: isFold ? heldOut : [] };
}

async function summarise(
  directory: string,
  { kind, parts }: RepeatPlan,
  stored: readonly StoredPart[],
  io: Io,
): Promise<void> {
  const [first] = stored;
  if (!first) return;
  const names = parts.map(({ name }) => name);
  const figures = repeatedFigures(
    kind,
    stored.map((part) => part.figures),
  );
  const heldOut = stored.flatMap((part) => part.heldOut);
  const noise = parts[0]?.values.part.labelNoise ? findLabelNoise(heldOut, first.labels) : undefined;
  if (noise) await writeFileAtomic(join(directory, noiseFile), labelNoiseCsv(noise));
  const summary = {
    command: 'train',
    kind,
    of: kind === 'folds' ? 'held-out' : first.of,
    runs: parts.map(({ name, folder, values }, at) => ({
      name,
      directory: folder,
      seed: values.seed,
      figures: stored[at]?.figures,
    })),
    figures,
    ...(noise && {
      labelNoise: {
        labels: noise.labels,
        suspects: noise.suspects.length,
        confidentJoint: noise.confidentJoint,
      },
    }),
  };
  await writeFileAtomic(join(directory, summaryFile), `${JSON.stringify(summary, null, 2)}\n`);
  const what = kind === 'folds' ? 'the held-out examples' : `${first.of} examples`;
  const lines = [
    `${names.length} runs on ${what}: mean, standard deviation, 95 % interval of the mean`,
    ...summaryTable(names, figures),
    ...(noise ? labelNoiseLines(noise, shellPath(join(directory, noiseFile), io.cwd)) : []),
    `saved: ${directory}, a model in each of ${parts.map(({ folder }) => folder).join(', ')}`,
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
}
