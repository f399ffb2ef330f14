import { alternate, type Side } from '../alternate.js';
import type { Context, Outcome } from '../benchmark.js';
import { countExamples, type FineTune, fineTunePeer, withFineTune } from '../fine-tuning.js';
import { accuracyVerdict } from '../noise.js';
import { makeRow } from '../row.js';
import { runOurs } from '../run-ours.js';
import type { FineTuneFigures } from '../work/requests.js';
import type { Precision } from './precision.js';

const LEARNING_RATE = { made: 3e-4, given: 5e-5 } as const;
const LENGTH = 128;
const FIRST_SEED = 42;

/** Accuracy after one epoch on the built-in reviews, inputs of both sides padded to the same length. */
export function compareGpuAccuracy(context: Context, name: string, precision: Precision): Promise<Outcome> {
  const { model, learningRate, batchSize, smoke } = context.settings;
  const options = {
    epochs: 1,
    batchSize,
    smoke,
    model,
    learningRate: learningRate ?? (model === undefined ? LEARNING_RATE.made : LEARNING_RATE.given),
    length: smoke ? 16 : LENGTH,
    maxSteps: undefined,
  };
  return withFineTune(options, (job) => accuracyOf(context, name, precision, job));
}

async function accuracyOf(
  { settings: { rounds }, peer, say }: Context,
  name: string,
  { name: precision, engine, env }: Precision,
  job: FineTune,
): Promise<Outcome> {
  const extra = ['--device', 'cuda', '--precision', precision];
  const { maxSteps: _, ...files } = job;
  const sides: Side<FineTuneFigures>[] = [
    {
      name: 'ours',
      run: async (round) => {
        const request = { kind: 'fine-tune', engine, ...files, seed: FIRST_SEED + round } as const;
        return (await runOurs<FineTuneFigures>(request, { env })).result;
      },
    },
    ...(peer
      ? [
          {
            name: 'peer',
            run: (round: number) =>
              fineTunePeer(job, FIRST_SEED + round, { peer, padding: 'max', extra, env }),
          },
        ]
      : []),
  ];
  const results = await alternate(rounds, sides, (who, round, { accuracy, engine: how }) =>
    say(`gpu ${name}  round ${round + 1}/${rounds}  ${who}  ${accuracy.toFixed(4)}  (${how})`),
  );
  const accuracies = (figures: readonly FineTuneFigures[]): number[] =>
    figures.map(({ accuracy }) => accuracy);
  const [ours, theirs] = [accuracies(results.ours), accuracies(results.peer ?? [])];
  const verdict = theirs.length > 0 ? accuracyVerdict(ours, theirs, countExamples(job.valid)) : undefined;
  const row = makeRow({
    name: `gpu ${name}`,
    unit: 'share',
    better: 'higher',
    ours,
    peer: theirs,
    ...(verdict && { note: verdict.text, holds: verdict.notWorse }),
  });
  const first = [results.peer?.[0], results.ours[0]].flatMap((figures) =>
    figures ? [figures.versions] : [],
  );
  const engines = { ours: results.ours[0].engine, ...(results.peer && { peer: results.peer[0].engine }) };
  return { rows: [row], engines, versions: Object.assign({}, ...first) as Outcome['versions'] };
}
