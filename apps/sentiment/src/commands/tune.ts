import { basename, join, resolve } from 'node:path';

import { AppError } from '../errors.js';
import type { Io } from '../io.js';
import { commands, type CommandValues } from '../options.js';
import { chooseOutput, removeIfEmpty, shellPath } from '../output-directory.js';
import { defaultSpace } from '../tune/default-space.js';
import type { Objective } from '../tune/objective.js';
import { runTrials } from '../tune/run-trials.js';
import { writtenSpace } from '../tune/search-space.js';
import { argumentsOf, argumentsOfParameters, trainWhole } from '../tune/trial-process.js';
import { ranked, trialCsv, trialTable } from '../tune/trials.js';
import { trialOptions } from '../tune/tune-options.js';
import { readTuneState, type TuneState, writeTuneState } from '../tune/tune-state.js';
import { refuseOthers } from '../training/resume.js';
import { checkOutput, writeFileAtomic } from '../write-file.js';

/** Rows of the table on the terminal. */
const rows = 10;

/**
 * `sentiment tune`: trains with many options, each training in a process of its own, and once more with the best, whose
 * model is kept.
 * @param given keys of the options on the command line
 */
export async function tune(
  values: CommandValues<'tune'>,
  given: ReadonlySet<string>,
  io: Io,
): Promise<number> {
  if (values.resume !== undefined) {
    refuseOthers(commands.tune.options, values);
    const directory = resolve(io.cwd, values.resume);
    return search(directory, await readTuneState(directory), io);
  }
  const state = newSearch(values, given, io);
  const directory = chooseOutput(values.output, io.cwd);
  await checkOutput(directory, { overwrite: false });
  try {
    return await search(directory, state, io);
  } finally {
    await removeIfEmpty(directory);
  }
}

function newSearch(values: CommandValues<'tune'>, given: ReadonlySet<string>, io: Io): TuneState {
  const training = { ...values, ...unsetOptions };
  const space = values.search ?? defaultSpace(training, given);
  const searched = Object.keys(space);
  const keyOf = (name: string): string =>
    name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const twice = searched.find((name) => given.has(keyOf(name)));
  if (twice !== undefined) {
    throw new AppError('usage', {
      where: `--${twice}`,
      expected: 'an option that is either given or searched',
      found: 'both',
      remedy: `Leave out --${twice}, or ${twice} in --search.`,
    });
  }
  if (searched.length === 0) {
    throw new AppError('usage', {
      where: 'sentiment tune',
      expected: 'an option to search',
      found: 'all of them given',
      remedy: 'Leave one of them out, or say with --search which are to be searched.',
    });
  }
  const { test, ...others } = values;
  return {
    format: 1,
    method: values.method,
    eta: values.eta,
    count: values.trials,
    parallel: values.parallel,
    searchSeed: values.searchSeed,
    space,
    metric: values.metric,
    argv: argumentsOf(trialOptions, others),
    testArgv: test === undefined ? [] : [`--test=${test}`],
    earlyStopping: values.earlyStopping !== undefined,
    cwd: io.cwd,
    trials: [],
  };
}

/** Options of `train` that `tune` has not. */
const unsetOptions = {
  seeds: undefined,
  folds: undefined,
  labelNoise: false,
  estimateOnly: false,
  log: 'none',
  saveSteps: undefined,
  output: undefined,
  overwrite: false,
  resume: undefined,
} as const;

async function search(directory: string, start: TuneState, io: Io): Promise<number> {
  io.stderr.write(
    `${start.count} trials, ${start.method === 'asha' ? `successive halving by ${start.eta}` : 'random search'}: ${writtenSpace(start.space)}\n`,
  );
  return io.interruptible(async (signal) => {
    const { state, objective, isInterrupted } = await runTrials(directory, start, signal, io.stderr);
    if (isInterrupted) return interrupted(directory, state, io);
    const [best] = objective ? ranked(state.trials, objective, state.earlyStopping) : [];
    if (!objective || !best) {
      const [failed] = state.trials;
      throw new AppError('no-training', {
        where: 'sentiment tune',
        expected: 'a training that comes to figures',
        found: `${state.trials.length} that failed, the first with: ${failed?.message ?? 'no message'}`,
        remedy: 'Search smaller learning rates, or try one of them with sentiment train.',
      });
    }
    await writeResults(directory, state, objective);
    const given = argumentsOfParameters(best.trial.parameters);
    io.stderr.write(`\ntraining once more with the best: ${given.join(' ')}\n`);
    const output = join(directory, 'best');
    const argv = [...state.argv, ...given, ...state.testArgv, '--output', output, '--overwrite'];
    const code = await trainWhole(argv, state.cwd, signal, {
      stdout: (text) => io.stderr.write(text),
      stderr: (text) => io.stderr.write(text),
    });
    if (signal.aborted) return interrupted(directory, state, io);
    if (code !== 0) return code;
    const path = shellPath(output, io.cwd);
    const lines = [
      `${state.trials.length} trials, the best first by ${objective.metric} of the validation examples:`,
      ...trialTable(state.trials, objective, state.earlyStopping, rows),
      `best: ${given.join(' ')}`,
      `all trials: ${shellPath(join(directory, 'tune.csv'), io.cwd)}, ${shellPath(join(directory, 'tune.html'), io.cwd)}`,
      `saved: ${output}`,
      `use it: pnpm sentiment predict --model ${path} "The food was great."`,
    ];
    io.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  });
}

async function writeResults(directory: string, state: TuneState, objective: Objective): Promise<void> {
  await writeTuneState(directory, state);
  await writeFileAtomic(join(directory, 'tune.csv'), trialCsv(state.trials, state.earlyStopping));
  const { tunePage } = await import('../tune/tune-page.js');
  await writeFileAtomic(join(directory, 'tune.html'), tunePage(state, objective, basename(directory)));
}

function interrupted(directory: string, { trials }: TuneState, io: Io): number {
  if (trials.length === 0) {
    io.stderr.write('interrupted before the end of the first trial; nothing is kept\n');
    return 1;
  }
  io.stderr.write(
    `interrupted after ${trials.length} trials, which are kept\nresume: pnpm sentiment tune --resume ${shellPath(directory, io.cwd)}\n`,
  );
  return 1;
}
