import { alternate, type Side } from '../alternate.js';
import { type Context, type Outcome, outcome } from '../benchmark.js';
import { checkLosses } from '../checks.js';
import { pythonPeer } from '../compare.js';
import { makeRow } from '../row.js';
import { runOurs } from '../run-ours.js';
import { type Shape, shapeArguments, shapeName } from '../shape.js';
import { median } from '../statistics.js';
import type { TrainStepTiming } from '../work/requests.js';
import { withGpuMemory } from './detect.js';
import { checkMixedPrecision } from './mixed-precision.js';
import type { Precision } from './precision.js';

const REPEATS = { warmup: 5, steps: 30 };

interface Run {
  readonly timing: TrainStepTiming;
  readonly gpuMb: number;
}

/** First losses of ours, by shape and precision. */
export type FirstLosses = Map<string, Record<string, number>>;

/**
 * Training steps of one shape in one precision: time and GPU memory.
 * @param losses of the precisions before this one; added to
 */
export async function compareGpuSteps(
  context: Context,
  { name, shape }: { readonly name: string; readonly shape: Shape },
  { name: precision, engine, env }: Precision,
  losses: FirstLosses,
): Promise<Outcome> {
  const { settings, say } = context;
  const { warmup, steps } = { ...REPEATS, ...(settings.steps && { steps: settings.steps }) };
  const theirs = pythonPeer<TrainStepTiming>(
    context,
    'train_step.py',
    [
      ...shapeArguments(shape),
      ...['--device', 'cuda', '--precision', precision],
      ...['--warmup', String(warmup), '--steps', String(steps)],
    ],
    env,
  );
  const ours = async (): Promise<TrainStepTiming> =>
    (await runOurs<TrainStepTiming>({ kind: 'train-step', engine, shape, warmup, steps }, { env })).result;
  const sides = [side('ours', ours), ...(theirs ? [side('peer', theirs)] : [])];
  const results = await alternate(settings.rounds, sides, (who, round, { timing, gpuMb }) => {
    checkLosses(`${who}, ${name}`, timing);
    const figures = `${median(timing.times_ms).toFixed(1)} ms, ${gpuMb} MB on the GPU`;
    say(`gpu ${name}  round ${round + 1}/${settings.rounds}  ${who}  ${figures}  (${timing.engine})`);
  });
  const ofShape = { ...losses.get(shapeName(shape)), [precision]: results.ours[0].timing.first_loss };
  losses.set(shapeName(shape), ofShape);
  checkMixedPrecision(name, ofShape);
  return outcomeOf(name, results.ours, results.peer ?? []);
}

function side(name: string, run: () => Promise<TrainStepTiming>): Side<Run> {
  return {
    name,
    run: async () => {
      const { result, gpuMb } = await withGpuMemory(run);
      return { timing: result, gpuMb };
    },
  };
}

function outcomeOf(name: string, ours: readonly Run[], peer: readonly Run[]): Outcome {
  const timings = (runs: readonly Run[]): TrainStepTiming[] => runs.map(({ timing }) => timing);
  const times = (runs: readonly Run[]): number[] => timings(runs).map(({ times_ms }) => median(times_ms));
  const memory = (runs: readonly Run[]): number[] => runs.map(({ gpuMb }) => gpuMb);
  const allocated = peer[0]?.timing.peak_gpu_mb;
  const note =
    allocated !== undefined &&
    `reserved, as nvidia-smi sees it on both sides; torch.cuda.max_memory_allocated: ${allocated.toFixed(0)} MB`;
  return outcome(
    [
      makeRow({ name: `gpu ${name}`, unit: 'ms', ours: times(ours), peer: times(peer) }),
      makeRow({
        name: `gpu ${name}, GPU memory`,
        unit: 'MB',
        ours: memory(ours),
        peer: memory(peer),
        ...(note && { note }),
      }),
    ],
    timings(ours),
    timings(peer),
  );
}
