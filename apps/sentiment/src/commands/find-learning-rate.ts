import { basename, join } from 'node:path';

import type { LearningRateSuggestion } from '@bertune/train';

import { AppError } from '../errors.js';
import { caveats, noSuggestion, suggestionTable } from '../find-learning-rate/describe-range.js';
import { stepOptions } from '../find-learning-rate/find-learning-rate-command.js';
import { endingOf, rangeCsv, type RangeRecord, shortRate } from '../find-learning-rate/range-record.js';
import { runRangeTest } from '../find-learning-rate/run-range-test.js';
import type { Io } from '../io.js';
import type { CommandValues } from '../options.js';
import { chooseOutput, removeIfEmpty, shellPath } from '../output-directory.js';
import { trainOptions } from '../training/train-options.js';
import { prepareTraining } from '../training/prepare-training.js';
import { writtenOptions } from '../training/settings.js';
import { versions } from '../versions.js';
import { checkOutput, fillDirectory, writeFileAtomic } from '../write-file.js';

/** Files that this command writes. */
const files = { csv: 'learning-rate.csv', page: 'learning-rate.html', record: 'learning-rate.json' } as const;

/**
 * `sentiment find-learning-rate`: the range test. The learning rate rises over the first steps of a training, and the loss
 * says where it is good. The weights are thrown away.
 * @param given keys of the options on the command line
 */
export async function findLearningRate(
  values: CommandValues<'find-learning-rate'>,
  given: ReadonlySet<string>,
  io: Io,
): Promise<number> {
  checkRange(values);
  const output = chooseOutput(values.output, io.cwd);
  await checkOutput(output, { overwrite: values.overwrite });
  try {
    const record = await test(values, output, io);
    const { suggestion, losses } = record;
    if (losses.length > 0) await writeFiles(output, record);
    const shown = [files.csv, files.page].map((name) => shellPath(join(output, name), io.cwd)).join(', ');
    if (!suggestion) {
      if (record.ended === 'aborted') return interrupted(record, io);
      throw noSuggestion(record, shown);
    }
    const own = Object.entries(values).filter(([key]) => given.has(key) && key in stepOptions);
    const search = searchAround(suggestion);
    const lines = [
      `range test: ${endingOf(record)}`,
      ...suggestionTable(record, suggestion),
      ...caveats(record),
      `curve: ${shown}`,
      'a whole training takes more steps than the test, and may want less: compare some by what comes out',
      `compare: pnpm sentiment tune ${writtenOptions({ ...Object.fromEntries<unknown>(own), search })}`,
    ];
    io.stdout.write(`${lines.join('\n')}\n`);
    return record.ended === 'aborted' ? interrupted(record, io) : 0;
  } finally {
    await removeIfEmpty(output);
  }
}

/** What `tune` is to search: up to the higher figure, and down to far below the lower, as hundreds of steps go further. */
function searchAround({ steepest, tenthOfMinimum }: LearningRateSuggestion): string {
  const [low, high] = [Math.min(steepest, tenthOfMinimum) / 30, Math.max(steepest, tenthOfMinimum)];
  return `learning-rate=${shortRate(low)}..${shortRate(high)}:log`;
}

function checkRange({ min, max }: CommandValues<'find-learning-rate'>): void {
  if (min < max) return;
  throw new AppError('usage', {
    where: '--min',
    expected: `a learning rate below --max ${max}`,
    found: String(min),
    remedy: 'It rises from --min to --max: orders of magnitude apart, such as 1e-6 and 1.',
  });
}

async function test(
  values: CommandValues<'find-learning-rate'>,
  output: string,
  io: Io,
): Promise<RangeRecord> {
  const { min, max, steps, smoothing, divergence, ...others } = values;
  const defaults = Object.fromEntries(
    Object.entries(trainOptions).map(([key, option]) => [key, option.default]),
  ) as unknown as CommandValues<'train'>;
  const epochs = Number.MAX_SAFE_INTEGER; // as many as the steps need
  const prepared = await prepareTraining({ ...defaults, ...others, epochs, maxSteps: steps }, io, undefined);
  const { backend, loaded, splits, settings, teaching } = prepared;
  const packages = versions();
  const range = { min, max, steps, smoothing, divergence };
  const options = { ...range, ...others, maxLength: settings.maxLength, output };
  io.stderr.write(`options: ${writtenOptions({ ...options, output: shellPath(output, io.cwd) })}\n`);
  const started = new Date();
  try {
    const found = await io.interruptible((signal) =>
      runRangeTest({ loaded, splits, teaching, settings, backend, range, sink: io.stderr, signal }),
    );
    const examples = splits.train.length;
    return {
      command: 'find-learning-rate',
      options,
      versions: packages,
      backend: { name: backend.name, reason: backend.reason, tensorflow: backend.tensorflow },
      seed: settings.seed,
      started: started.toISOString(),
      seconds: (Date.now() - started.getTime()) / 1000,
      examples,
      plannedSteps: steps,
      ...found,
    };
  } finally {
    loaded.model.dispose();
  }
}

async function writeFiles(output: string, record: RangeRecord): Promise<void> {
  const { rangePage } = await import('../find-learning-rate/range-page.js');
  await fillDirectory(output, async (staging) => {
    await writeFileAtomic(join(staging, files.csv), rangeCsv(record));
    await writeFileAtomic(join(staging, files.page), rangePage(record, basename(output)));
    await writeFileAtomic(join(staging, files.record), recordJson(record));
  });
}

/** JSON has no Map; `--class-weights` makes one. */
function recordJson(record: RangeRecord): string {
  const plain = (_key: string, value: unknown): unknown =>
    value instanceof Map ? Object.fromEntries(value) : value;
  return `${JSON.stringify(record, plain, 1)}\n`;
}

function interrupted({ losses, plannedSteps }: RangeRecord, io: Io): number {
  const kept = losses.length > 0 ? 'the curve so far is kept' : 'nothing is kept';
  io.stderr.write(`interrupted after ${losses.length} of ${plannedSteps} steps; ${kept}\n`);
  return 1;
}
