import { join } from 'node:path';

import type { History } from '@bertune/train';

import type { Backend } from '../backend.js';
import { writeFileAtomic } from '../write-file.js';
import type { UnigramBaseline } from './pretrain-metrics.js';
import type { CorpusCounts } from './read-documents.js';

/** Everything about a pre-training that is not in the weights. */
export interface PretrainRecord {
  readonly command: 'pretrain';
  /** Every option with the value that was used. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Versions of Node and of all packages. */
  readonly versions: Readonly<Record<string, string>>;
  /** What computed, and why. */
  readonly backend: Pick<Backend, 'name' | 'reason' | 'tensorflow'>;
  /** Seed of everything random. */
  readonly seed: number;
  /** What was read. */
  readonly corpus: CorpusCounts;
  /** Texts trained on. */
  readonly texts: number;
  /** Share of their tokens that was padding. */
  readonly paddingWaste: number;
  /** Figures by step, the number of steps, and whether they came to their end. */
  readonly history: History;
  /** Figures on the validation text, and those of frequencies alone. */
  readonly result: Readonly<Record<string, number | UnigramBaseline>>;
  /** Start, ISO 8601. */
  readonly started: string;
  /** Seconds of the training alone. */
  readonly trainingSeconds: number;
}

/** Writes `run.json` into a folder. */
export async function writePretrainRecord(directory: string, record: PretrainRecord): Promise<void> {
  await writeFileAtomic(join(directory, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
}
