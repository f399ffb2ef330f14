import { join } from 'node:path';

import { alternate, type Side } from '../alternate.js';
import { type Benchmark, chosen, type Context, type Outcome } from '../benchmark.js';
import { BenchError } from '../errors.js';
import { countExamples, type FineTune, type FineTuned, fineTuneOurs, fineTunePeer } from '../fine-tuning.js';
import { makeRow, type Row } from '../row.js';
import { type Sst2, withSst2 } from '../sst2/data.js';
import { secondsPerStep } from '../sst2/speed.js';

/** The recipe of both sides; warm-up over a tenth of the steps, then linear, AdamW, clipping, all as in `finetune.py`. */
const RECIPE = { epochs: 2, learningRate: 1e-4, length: 128 } as const;
const SEED = 42;

/** Steps of a timed run, and how many of them are not counted. */
const STEPS = 200;
const SKIPPED_SHARE = 0.4;
const SMOKE_STEPS = 3;

/** What is promised. */
const ACCURACY = 0.905;
const DIFFERENCE = 0.007;
const RATIO = 2.5;

const PARTS = [
  { name: 'sst2 speed', run: compareSpeed },
  { name: 'sst2 accuracy', run: compareAccuracy },
] as const;

/**
 * SST-2 from the model of `--model`, against PyTorch with `--padding longest`. Speed and accuracy are measured apart: the
 * former over so many steps that sides can take turns, the latter in one complete run of each.
 */
export const finetuneSst2: Benchmark['run'] = async (context) => {
  const { model, epochs, batchSize, learningRate } = context.settings;
  if (model === undefined) {
    throw new BenchError(
      'usage',
      '--only sst2 needs --model DIR: a pre-trained encoder, such as all-MiniLM-L6-v2',
    );
  }
  return withSst2(context.env, async (data) => {
    const job: FineTune = {
      model,
      train: data.train,
      valid: data.valid,
      epochs: epochs ?? RECIPE.epochs,
      batchSize,
      learningRate: learningRate ?? RECIPE.learningRate,
      length: RECIPE.length,
      maxSteps: undefined,
    };
    const outcomes: Outcome[] = [];
    for (const part of chosen(PARTS, context.settings)) outcomes.push(await part.run(context, job, data));
    return {
      rows: outcomes.flatMap(({ rows }) => rows),
      engines: Object.assign({}, ...outcomes.map(({ engines }) => engines)) as Outcome['engines'],
      versions: Object.assign({}, ...outcomes.map(({ versions }) => versions)) as Outcome['versions'],
    };
  });
};

async function compareSpeed(context: Context, job: FineTune, data: Sst2): Promise<Outcome> {
  const { rounds, smoke, steps: maxSteps = smoke ? SMOKE_STEPS : STEPS } = context.settings;
  const skipped = Math.max(1, Math.floor(SKIPPED_SHARE * maxSteps));
  const results = await bothSides(context, { ...job, maxSteps }, data, rounds);
  const times = (side: string, runs: readonly FineTuned[]): number[] =>
    runs.map(({ stepEnds }) => 1000 * secondsPerStep(side, stepEnds, skipped));
  const row = makeRow({
    name: `finetune, sst2 speed, steps ${skipped + 1} to ${maxSteps} of ${job.batchSize}`,
    unit: 'ms',
    ours: times('ours', results.ours),
    peer: times('peer', results.peer),
    ...(!smoke && { atLeast: RATIO }),
  });
  return outcomeOf([row], results);
}

async function compareAccuracy(context: Context, job: FineTune, data: Sst2): Promise<Outcome> {
  const results = await bothSides(context, job, data, 1);
  const row = accuracyRow(
    results.ours.map(({ accuracy }) => accuracy),
    results.peer.map(({ accuracy }) => accuracy),
    { examples: countExamples(job.valid), epochs: job.epochs, isPromised: !context.settings.smoke },
  );
  return outcomeOf([row], results);
}

/** One row with what is promised of it: an accuracy, and one near the peer's. */
export function accuracyRow(
  ours: readonly number[],
  peer: readonly number[],
  of: { readonly examples: number; readonly epochs: number; readonly isPromised: boolean },
): Row {
  const differences = peer.map((accuracy, at) => ours[at] - accuracy);
  const written = differences.map((difference) => `${(100 * difference).toFixed(2)} points`).join(', ');
  const holds =
    ours.every((accuracy) => accuracy >= ACCURACY) &&
    differences.every((difference) => Math.abs(difference) <= DIFFERENCE);
  return makeRow({
    name: `finetune, sst2 accuracy after ${of.epochs} epochs`,
    unit: 'share',
    better: 'higher',
    ours,
    peer,
    note:
      `${of.examples} sentences; wanted: ours at least ${ACCURACY}, within ${100 * DIFFERENCE} points of the peer` +
      (written === '' ? '' : `; ours less the peer's: ${written}`),
    ...(of.isPromised && { holds }),
  });
}

interface Results {
  readonly ours: readonly FineTuned[];
  readonly peer: readonly FineTuned[];
}

async function bothSides(
  { settings: { backend }, peer, say }: Context,
  job: FineTune,
  { folder }: Sst2,
  rounds: number,
): Promise<Results> {
  const kind = job.maxSteps === undefined ? 'complete' : `${job.maxSteps} steps`;
  const sides: Side<FineTuned>[] = [
    {
      name: 'ours',
      run: (round) =>
        fineTuneOurs(job, SEED + round, { backend, output: join(folder, `ours-${kind}-${round}`) }),
    },
    ...(peer
      ? [
          {
            name: 'peer',
            run: (round: number) => fineTunePeer(job, SEED + round, { peer, padding: 'longest' as const }),
          },
        ]
      : []),
  ];
  const results = await alternate(rounds, sides, (side, round, { wallSeconds, accuracy, engine }) =>
    say(
      `sst2, ${kind}  round ${round + 1}/${rounds}  ${side}  ${wallSeconds.toFixed(1)} s, accuracy ${accuracy.toFixed(4)}  (${engine})`,
    ),
  );
  return { ours: results.ours, peer: results.peer ?? [] };
}

function outcomeOf(rows: readonly Row[], { ours, peer }: Results): Outcome {
  const [first, second] = [ours[0], peer.at(0)];
  return {
    rows,
    engines: { ours: first.engine, ...(second && { peer: second.engine }) },
    versions: { ...second?.versions, ...first.versions },
  };
}
