import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { History } from '@bertune/train';

import type { Backend } from './backend.js';
import type { LabelSpace } from './data/labels.js';
import type { RecordedEstimate } from './estimate/estimate-training.js';
import type { Report } from './report/format.js';
import { writeFileAtomic } from './write-file.js';

/** Name of the record in a saved directory. */
const runFile = 'run.json';

/** What every record of a training says. */
export interface TrainingRecord {
  /** Every option with the value that was used. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Versions of Node and of all packages. */
  readonly versions: Readonly<Record<string, string>>;
  /** What computed, and why. */
  readonly backend: Pick<Backend, 'name' | 'reason' | 'tensorflow'>;
  /** Seed of everything random. */
  readonly seed: number;
  /** Figures by epoch and step, the number of steps, and whether they came to their end. */
  readonly history: History;
  /** Start, ISO 8601. */
  readonly started: string;
  /** Seconds of the training alone. */
  readonly trainingSeconds: number;
}

/** Everything about a fine-tuning that is not in the weights. */
export interface RunRecord extends TrainingRecord {
  /** The command that wrote this. */
  readonly command: 'train';
  /** What is told apart. */
  readonly labels: LabelSpace;
  /** Longest input in tokens: `evaluate` and `predict` cut at the same length. */
  readonly maxLength: number;
  /** Numbers of examples. */
  readonly examples: {
    readonly train: number;
    /** Texts learnt from by what a teacher says of them; absent without one. */
    readonly unlabelled?: number;
    readonly valid: number;
    readonly test: number;
  };
  /** What the training was expected to take, and took; absent where Ctrl-C came first. */
  readonly estimate?: RecordedEstimate | undefined;
  /** Figures on the examples named by `of`; absent when the training was interrupted. */
  readonly result?: { readonly of: 'test' | 'valid'; readonly report: Report };
}

/** JSON has no Map; `--class-weights` makes one. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}

/** Writes `run.json` into a folder. */
export async function writeRunRecord(directory: string, record: RunRecord): Promise<void> {
  await writeFileAtomic(join(directory, runFile), `${JSON.stringify(record, plain, 2)}\n`);
}

/** The length at which the training cut its inputs; `undefined` without a readable `run.json`. */
export async function recordedMaxLength(directory: string): Promise<number | undefined> {
  try {
    const { maxLength } = JSON.parse(await readFile(join(directory, runFile), 'utf8')) as Partial<RunRecord>;
    return Number.isInteger(maxLength) ? maxLength : undefined;
  } catch {
    return undefined;
  }
}
