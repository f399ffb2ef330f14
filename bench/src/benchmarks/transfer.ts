import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { modelDirectory } from '@bertune/bert-small-en';

import type { Benchmark, Context, Outcome } from '../benchmark.js';
import { BenchError } from '../errors.js';
import { makeRow, type Row } from '../row.js';
import { readRun, runSentiment, type RunJson } from '../sentiment.js';
import { type Fold, folds, readReviews, toCsv } from '../transfer/folds.js';
import { plot } from '../transfer/plot.js';
import { RunStore, type TransferRun } from '../transfer/runs.js';
import { isApart, markdownTable, summarize, type Summary } from '../transfer/summary.js';

/** Training examples; all of a fold last. */
const SIZES = [100, 300, 1000, Infinity];
const SEEDS = 5;
const SPLIT_SEED = 7;
/** Points of accuracy that pre-training must bring with all examples. */
const GAIN = 0.04;
const BATCH = 32;
/** Fewest optimizer steps, however few the examples are: all starts have as many. */
const STEPS = 200;
const TITLE = 'Accuracy after fine-tuning on reviews, 5 seeds, 95 % intervals';

/** Where a fine-tune begins. */
interface Start {
  readonly name: string;
  /** of `sentiment train` */
  readonly options: readonly string[];
  /** folder of a model that does not come along */
  readonly model?: string;
  /** fewest epochs: what `train` takes by itself, more where only the head is trained */
  readonly epochs: number;
  /** file of the weights */
  readonly weights: string | undefined;
}

const OURS = join(modelDirectory, 'model.safetensors');
const RANDOM = 'random weights';
const SHIPPED = 'bert-small-en';

function startsOf(model: string | undefined): Start[] {
  const frozen = ['--freeze', 'encoder', '--cache-features', '--learning-rate', '0.001'];
  return [
    { name: RANDOM, options: ['--model', 'none'], epochs: 5, weights: undefined },
    { name: `${SHIPPED}, frozen`, options: frozen, epochs: 20, weights: OURS },
    { name: SHIPPED, options: [], epochs: 3, weights: OURS },
    ...(model === undefined
      ? []
      : [
          {
            name: nameOf(model),
            options: [],
            model: resolve(model),
            epochs: 3,
            weights: join(resolve(model), 'model.safetensors'),
          },
        ]),
  ];
}

/** What a model card calls it, else its folder's name. */
function nameOf(model: string): string {
  const card = join(model, 'README.md');
  const title = existsSync(card) ? /^# (\S+)$/m.exec(readFileSync(card, 'utf8'))?.[1] : undefined;
  return title ?? resolve(model).split('/').at(-1) ?? model;
}

/** What pre-training is worth: the same fine-tune from random weights, from ours, and from a larger BERT. */
export const transfer: Benchmark = {
  summary: 'accuracy on the built-in reviews from random and from pre-trained weights, by number of examples',
  needsPeer: () => false,
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'bertune-transfer-'));
    try {
      return await compareStarts(context, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function compareStarts({ settings, say }: Context, folder: string): Promise<Outcome> {
  const { smoke, only, model, runs, minutes, plot: plotFile } = settings;
  const data = join(folder, 'data');
  await runSentiment(['data', '--output', data]);
  const all = readReviews(['train', 'valid', 'test'].map((part) => join(data, `${part}.csv`)));
  const seeds = smoke ? 2 : SEEDS;
  const parts = folds(smoke ? all.slice(0, 60) : all, seeds, SPLIT_SEED);
  const most = Math.min(...parts.map(({ train }) => train.length));
  const sizes = smoke ? [16] : SIZES.map((size) => Math.min(size, most));
  const starts = startsOf(model);
  const cases = sizes.flatMap((examples) => starts.map((start) => ({ start, examples })));
  const wanted = cases.filter(
    ({ start, examples }) => only === undefined || `${start.name} n=${examples}`.includes(only),
  );
  const store = new RunStore(runs);
  const deadline = Date.now() + (minutes ?? Infinity) * 60_000;
  const done: TransferRun[] = [];
  let record: RunJson | undefined;
  for (const [seed, fold] of parts.entries()) {
    for (const { start, examples } of wanted) {
      const job = jobOf(start, examples, seed, smoke);
      let run = store.find(job);
      if (!run && Date.now() < deadline) {
        ({ run, record } = await fineTune(job, start, fold, { folder, backend: settings.backend }));
        store.add(run);
      }
      if (!run) continue;
      done.push(run);
      say(
        `transfer  ${start.name}, ${examples} examples, seed ${seed}: ${run.accuracy.toFixed(4)}, ${run.seconds.toFixed(0)} s`,
      );
    }
  }
  const missing = wanted.length * parts.length - done.length;
  if (missing > 0) say(`${missing} runs are still to be done: the same command goes on with them`);
  const summaries = wanted.flatMap(({ start, examples }) => {
    const own = done.filter((run) => run.start === start.name && run.examples === examples);
    return own.length === 0
      ? []
      : [
          summarize(
            start.name,
            examples,
            own.map(({ accuracy }) => accuracy),
          ),
        ];
  });
  for (const line of markdownTable(summaries)) say(line);
  if (plotFile !== undefined && summaries.length > 0) {
    writeFileSync(`${plotFile}.part`, plot(summaries, TITLE));
    renameSync(`${plotFile}.part`, plotFile);
    say(`written: ${plotFile}`);
  }
  return {
    rows: rowsOf(summaries, smoke ? undefined : most),
    engines: record ? { ours: `sentiment train on ${record.backend.name} (${record.backend.reason})` } : {},
    versions: record?.versions ?? {},
    skipped: summaries.length === 0 && wanted.length > 0,
  };
}

type Job = Omit<TransferRun, 'accuracy' | 'seconds'>;

function jobOf(start: Start, examples: number, seed: number, smoke: boolean): Job {
  const epochs = Math.max(start.epochs, Math.ceil(STEPS / Math.ceil(examples / BATCH)));
  const length = smoke ? ['--max-steps', '2'] : ['--epochs', String(epochs)];
  const weights =
    start.weights === undefined ? '' : createHash('sha256').update(readFileSync(start.weights)).digest('hex');
  return { start: start.name, examples, seed, weights, options: [...start.options, ...length].join(' ') };
}

async function fineTune(
  job: Job,
  start: Start,
  fold: Fold,
  { folder, backend }: { readonly folder: string; readonly backend: string },
): Promise<{ run: TransferRun; record: RunJson }> {
  const train = fold.train.slice(0, job.examples);
  const files = { train, valid: train.slice(0, BATCH), test: fold.test };
  for (const [name, reviews] of Object.entries(files))
    writeFileSync(join(folder, `${name}.csv`), toCsv(reviews));
  const output = join(folder, 'out');
  const child = await runSentiment([
    'train',
    ...Object.keys(files).flatMap((name) => [`--${name}`, join(folder, `${name}.csv`)]),
    ...job.options.split(' ').filter(Boolean),
    ...(start.model === undefined ? [] : ['--model', start.model]),
    ...['--seed', String(job.seed), '--backend', backend, '--output', output],
  ]);
  const record = readRun(output);
  rmSync(output, { recursive: true });
  if (record.backend.name !== backend) {
    throw new BenchError('wrong-figures', `${start.name} ran on ${record.backend.name}, not on ${backend}.`);
  }
  const { accuracy, examples } = record.result.report;
  if (examples !== fold.test.length) {
    throw new BenchError('wrong-figures', `${start.name} was tested on ${examples} of ${fold.test.length}.`);
  }
  return { run: { ...job, accuracy, seconds: child.wallSeconds }, record };
}

/** Every start against random weights. @param all number of all training examples, for which a gain is promised */
function rowsOf(summaries: readonly Summary[], all: number | undefined): Row[] {
  return summaries.map((summary) => {
    const { start, examples, accuracies, mean, margin } = summary;
    const random = summaries.find((other) => other.start === RANDOM && other.examples === examples);
    const isPromised = start === SHIPPED && examples === all && random !== undefined;
    return makeRow({
      name: `transfer ${start}, ${examples} examples`,
      unit: 'accuracy',
      better: 'higher',
      ours: accuracies,
      peer: start === RANDOM || !random ? [] : random.accuracies,
      note: `${mean.toFixed(4)} ± ${margin.toFixed(4)} over ${accuracies.length} seeds`,
      ...(isPromised && { holds: mean - random.mean >= GAIN && isApart(summary, random) }),
    });
  });
}
