import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { runJson } from './child.js';
import { BenchError } from './errors.js';
import { type Peer, peerScript } from './peer.js';
import { runOurs } from './run-ours.js';
import { readRun, runSentiment } from './sentiment.js';
import { stepEnds } from './sst2/speed.js';
import type { FineTuneSettings } from './work/requests.js';

/** A fine-tune that both sides do. */
export interface FineTune extends FineTuneSettings {
  /** ends earlier; undefined: all epochs */
  readonly maxSteps: number | undefined;
}

/** One fine-tune of one side. */
export interface FineTuned {
  /** of the whole command */
  readonly wallSeconds: number;
  /** final, on the validation examples */
  readonly accuracy: number;
  /** most resident memory; undefined where the system does not say */
  readonly peakMb: number | undefined;
  /** when each optimiser step ended, seconds on a clock of the side's own */
  readonly stepEnds: readonly number[];
  /** what computed */
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** The model that is made when none is given: as large as BERT-mini. */
const MADE = { layers: 4, hidden: 256 } as const;
const SMOKE = { layers: 1, hidden: 32 } as const;
const SMOKE_EXAMPLES = 24;

/** Writes the built-in reviews, and a model where none is given, into a folder that lives as long as the work. */
export async function withFineTune<Result>(
  options: Pick<FineTune, 'epochs' | 'batchSize' | 'length' | 'maxSteps'> & {
    readonly model: string | undefined;
    readonly learningRate: number;
    readonly smoke: boolean;
  },
  work: (job: FineTune, folder: string) => Promise<Result>,
): Promise<Result> {
  const { model, smoke, ...numbers } = options;
  const folder = mkdtempSync(join(tmpdir(), 'bertune-bench-'));
  try {
    const data = join(folder, 'data');
    await runSentiment(['data', '--output', data]);
    const [train, valid] = ['train.csv', 'valid.csv'].map((name) => join(data, name));
    if (smoke) for (const file of [train, valid]) keepFirst(file, SMOKE_EXAMPLES);
    const directory = model === undefined ? join(folder, 'model') : resolve(model);
    if (model === undefined) {
      const sizes = smoke ? SMOKE : MADE;
      await runOurs({ kind: 'make-model', directory, texts: train, length: options.length, ...sizes });
    }
    return await work({ ...numbers, model: directory, train, valid }, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ours: the app's `train` as a user starts it, evaluation and saving included. @throws BenchError */
export async function fineTuneOurs(
  job: FineTune,
  seed: number,
  { backend, output }: { readonly backend: string; readonly output: string },
): Promise<FineTuned> {
  const child = await runSentiment([
    'train',
    ...['--model', job.model, '--train', job.train, '--valid', job.valid, '--output', output],
    ...['--epochs', String(job.epochs), '--batch-size', String(job.batchSize)],
    ...['--learning-rate', String(job.learningRate), '--max-length', String(job.length)],
    ...['--seed', String(seed), '--backend', backend, '--log', 'jsonl'],
    ...(job.maxSteps === undefined ? [] : ['--max-steps', String(job.maxSteps)]),
  ]);
  const run = readRun(output);
  if (run.backend.name !== backend) {
    throw new BenchError(
      'wrong-figures',
      `sentiment train ran on ${run.backend.name} in place of ${backend}.`,
    );
  }
  const { accuracy } = run.result.report;
  const engine = `sentiment train on ${run.backend.name} (${run.backend.reason})`;
  const { wallSeconds, peakMb } = child;
  return { wallSeconds, accuracy, peakMb, stepEnds: stepEnds(output), engine, versions: run.versions };
}

/** The peer: `finetune.py`. @throws BenchError */
export async function fineTunePeer(
  job: FineTune,
  seed: number,
  options: {
    readonly peer: Peer;
    readonly padding: 'max' | 'longest';
    readonly extra?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<FineTuned> {
  const { peer, padding, extra = [], env = {} } = options;
  const { result, child } = await runJson<PeerFigures>({
    name: `PyTorch, padding ${padding}`,
    command: peer.python,
    env,
    args: [
      peerScript('finetune.py'),
      ...['--train', job.train, '--valid', job.valid, '--model', job.model, '--padding', padding],
      ...['--epochs', String(job.epochs), '--batch', String(job.batchSize)],
      ...['--learning-rate', String(job.learningRate), '--length', String(job.length)],
      ...['--seed', String(seed)],
      ...(job.maxSteps === undefined ? [] : ['--max-steps', String(job.maxSteps)]),
      ...extra,
    ],
  });
  const { valid_accuracy, step_ends, engine, versions } = result;
  return {
    wallSeconds: child.wallSeconds,
    accuracy: valid_accuracy.at(-1) ?? NaN,
    peakMb: child.peakMb,
    stepEnds: step_ends,
    engine,
    versions,
  };
}

interface PeerFigures {
  readonly valid_accuracy: readonly number[];
  readonly step_ends: readonly number[];
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Number of examples in a CSV file that `sentiment data` wrote, whose texts have no line breaks. */
export function countExamples(file: string): number {
  return readFileSync(file, 'utf8').trimEnd().split('\n').length - 1;
}

function keepFirst(file: string, examples: number): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, `${lines.slice(0, examples + 1).join('\n')}\n`);
}
