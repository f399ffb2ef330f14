import { basename } from 'node:path';

/** What of a run's `run.json` is shipped. */
export interface TrainingRecord {
  readonly options: Readonly<Record<string, unknown>> & { readonly maxLength: number };
  readonly result: { readonly teacher_similarity?: number };
}

/** Kept as they are. */
const KEPT = ['versions', 'seed', 'corpus', 'started', 'trainingSeconds', 'texts', 'paddingWaste', 'result'];

/** Options that name places of the machine that trained. */
const PLACES = ['corpus', 'valid', 'model', 'teacher', 'output'];

/** A run's record without the losses of all steps, which the curve has, and without paths of the machine. */
export function trainingRecord(run: Readonly<Record<string, unknown>>): TrainingRecord {
  const options = Object.entries(run.options as Record<string, unknown>).map(([name, value]) => [
    name,
    PLACES.includes(name) && typeof value === 'string' ? basename(value) : value,
  ]);
  const backend = (run.backend as { readonly name: string }).name;
  const kept = KEPT.map((name) => [name, run[name]] as const);
  return Object.fromEntries([
    ['options', Object.fromEntries(options)],
    ['backend', backend],
    ...kept,
  ]) as unknown as TrainingRecord;
}
