import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import { BenchError } from '../errors.js';

/** One fine-tune that is done. */
export interface TransferRun {
  /** of `Start` */
  readonly start: string;
  /** training examples */
  readonly examples: number;
  readonly seed: number;
  /** on the test part of the fold, in [0, 1] */
  readonly accuracy: number;
  /** of the whole command */
  readonly seconds: number;
  /** SHA-256 of the weights it began with, so that figures of others are not mixed in; empty for random ones */
  readonly weights: string;
  /** options of `sentiment train`, but for files and seed */
  readonly options: string;
}

/** Finished runs, kept in a file so that a benchmark that was interrupted goes on where it stopped. */
export class RunStore {
  #runs: TransferRun[];

  /** @throws BenchError `usage` for a file that is something else */
  constructor(private readonly file: string | undefined) {
    this.#runs = file !== undefined && existsSync(file) ? read(file) : [];
  }

  /** The run of this start, size and seed, if it was done with these weights and options. */
  find(wanted: Omit<TransferRun, 'accuracy' | 'seconds'>): TransferRun | undefined {
    const keys = ['start', 'examples', 'seed', 'weights', 'options'] as const;
    return this.#runs.find((run) => keys.every((key) => run[key] === wanted[key]));
  }

  /** Keeps a run, in place of a former one of the same start, size and seed. */
  add(run: TransferRun): void {
    const isSame = (other: TransferRun): boolean =>
      other.start === run.start && other.examples === run.examples && other.seed === run.seed;
    this.#runs = [...this.#runs.filter((other) => !isSame(other)), run];
    if (this.file === undefined) return;
    writeFileSync(`${this.file}.part`, `${JSON.stringify(this.#runs, null, 1)}\n`);
    renameSync(`${this.file}.part`, this.file);
  }
}

function read(file: string): TransferRun[] {
  try {
    const runs: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(runs)) return runs as TransferRun[];
  } catch {
    // said below
  }
  throw new BenchError(
    'usage',
    `--runs ${file}: expected the runs of a former benchmark, found something else. Name another file.`,
  );
}
