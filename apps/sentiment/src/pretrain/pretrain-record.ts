import { join } from 'node:path';

import type { TrainingRecord } from '../run-record.js';
import { writeFileAtomic } from '../write-file.js';
import type { UnigramBaseline } from './pretrain-metrics.js';
import type { CorpusCounts } from './read-documents.js';

/** Everything about a pre-training that is not in the weights. */
export interface PretrainRecord extends Omit<TrainingRecord, 'history'> {
  readonly command: 'pretrain';
  /** What was read. */
  readonly corpus: CorpusCounts;
  /** Figures by step; absent where nothing was trained. */
  readonly history?: TrainingRecord['history'];
  /** Texts trained on. */
  readonly texts: number;
  /** Share of their tokens that was padding. */
  readonly paddingWaste: number;
  /** Figures on the validation text, and those of frequencies alone. */
  readonly result: Readonly<Record<string, number | UnigramBaseline>>;
}

/** Writes `run.json` into a folder. */
export async function writePretrainRecord(directory: string, record: PretrainRecord): Promise<void> {
  await writeFileAtomic(join(directory, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
}
