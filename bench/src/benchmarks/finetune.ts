import { join } from 'node:path';

import { alternate, type Side } from '../alternate.js';
import type { Benchmark, Context, Outcome } from '../benchmark.js';
import {
  countExamples,
  type FineTune,
  type FineTuned,
  fineTuneOurs,
  fineTunePeer,
  withFineTune,
} from '../fine-tuning.js';
import { accuracyVerdict } from '../noise.js';
import { makeRow, type Row } from '../row.js';
import { finetuneSst2 } from './finetune-sst2.js';

const PADDINGS = [
  { padding: 'max', atLeast: 5 },
  { padding: 'longest', atLeast: 2.5 },
] as const;

/** Random weights need larger steps than pre-trained ones. */
const LEARNING_RATE = { made: 3e-4, given: 5e-5 } as const;
const EPOCHS = 3;
const LENGTH = 128;
const FIRST_SEED = 42;

/** A whole fine-tune of the built-in reviews, as commands that a user starts; each round has a seed of its own. */
export const finetune: Benchmark = {
  summary:
    'a whole fine-tune of the built-in reviews, start-up to evaluation, against PyTorch + Transformers; SST-2 with --only sst2',
  needsPeer: () => true,
  run(context) {
    const { epochs = EPOCHS, batchSize, smoke, model, learningRate, only } = context.settings;
    if (only?.startsWith('sst2')) return finetuneSst2(context); // more than an hour: when asked for
    return withFineTune(
      {
        epochs,
        batchSize,
        smoke,
        model,
        learningRate: learningRate ?? (model === undefined ? LEARNING_RATE.made : LEARNING_RATE.given),
        length: smoke ? 16 : LENGTH,
        maxSteps: smoke ? 2 : undefined,
      },
      (job, folder) => compareFineTunes(context, job, folder),
    );
  },
};

async function compareFineTunes(context: Context, job: FineTune, folder: string): Promise<Outcome> {
  const { settings, peer, say } = context;
  const { rounds, backend, only, smoke } = settings;
  const paddings = PADDINGS.filter(({ padding }) => only === undefined || padding.includes(only));
  const sides: Side<FineTuned>[] = [
    {
      name: 'ours',
      run: (round) =>
        fineTuneOurs(job, FIRST_SEED + round, { backend, output: join(folder, `ours-${round}`) }),
    },
    ...(peer ? paddings : []).map(({ padding }) => ({
      name: padding,
      run: (round: number) =>
        fineTunePeer(job, FIRST_SEED + round, { peer: peer as NonNullable<typeof peer>, padding }),
    })),
  ];
  const results = await alternate(rounds, sides, (side, round, { wallSeconds, accuracy, engine }) => {
    const who = side === 'ours' ? side : `peer, padding ${side}`;
    say(
      `finetune  round ${round + 1}/${rounds}  ${who}  ${wallSeconds.toFixed(1)} s, accuracy ${accuracy.toFixed(4)}  (${engine})`,
    );
  });
  const examples = countExamples(job.valid);
  const rows = paddings.flatMap(({ padding, atLeast }) =>
    rowsOf(padding, results.ours, results[padding] ?? [], examples, smoke ? undefined : atLeast),
  );
  const first = Object.values(results).flatMap((each) => each.slice(0, 1));
  const theirs = paddings.map(({ padding }) => results[padding]?.[0]?.engine).find(Boolean);
  return {
    rows,
    engines: { ours: results.ours[0].engine, ...(theirs && { peer: theirs }) },
    versions: Object.assign({}, ...first.map(({ versions }) => versions)) as Record<string, string>,
  };
}

function rowsOf(
  padding: string,
  ours: readonly FineTuned[],
  peer: readonly FineTuned[],
  examples: number,
  atLeast: number | undefined,
): Row[] {
  const column = (results: readonly FineTuned[], key: 'wallSeconds' | 'accuracy'): number[] =>
    results.map((each) => each[key]);
  const peaks = (results: readonly FineTuned[]): number[] => results.flatMap(({ peakMb }) => peakMb ?? []);
  const [a, b] = [column(ours, 'accuracy'), column(peer, 'accuracy')];
  const verdict = b.length > 0 ? accuracyVerdict(a, b, examples) : undefined;
  return [
    makeRow({
      name: `finetune, padding ${padding}`,
      unit: 's',
      ours: column(ours, 'wallSeconds'),
      peer: column(peer, 'wallSeconds'),
      ...(atLeast !== undefined && { atLeast }),
    }),
    makeRow({
      name: `finetune, padding ${padding}, accuracy`,
      unit: 'share',
      better: 'higher',
      ours: a,
      peer: b,
      ...(verdict && { note: verdict.text, ...(atLeast !== undefined && { holds: verdict.notWorse }) }),
    }),
    makeRow({
      name: `finetune, padding ${padding}, peak memory`,
      unit: 'MB',
      ours: peaks(ours),
      peer: peaks(peer),
    }),
  ];
}
