import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { type Executor, EagerExecutor, type TrainingRequest, type TrainingSession } from '@bertune/train';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';

import { startBackend } from '../../src/backend.js';
import { describeError } from '../../src/errors.js';
import { buildModel, type LoadedModel } from '../../src/model/build-model.js';
import { scoreExamples } from '../../src/model/score.js';
import { type CommandValues, commands } from '../../src/options.js';
import { readCheckpoint, saveCheckpoint } from '../../src/training/checkpoint.js';
import type { TrainingJob } from '../../src/training/open-training.js';
import { runTraining } from '../../src/training/run-training.js';
import { resolveSettings } from '../../src/training/settings.js';
import { temporaryFolder } from '../helpers/files.js';

jest.setTimeout(60_000);

const full = (bytes?: number): Error =>
  Object.assign(new Error('no room for [2, 2, 3, 3] of float32.'), { code: 'out-of-memory', bytes });

/** Runs steps eagerly until one for which there is no memory. */
class SmallMemory extends EagerExecutor implements Executor {
  override startTraining<Batch extends object>(request: TrainingRequest<Batch>): TrainingSession<Batch> {
    const session = super.startTraining(request);
    const trainStep = session.trainStep.bind(session);
    session.trainStep = (step) => (step.step === 5 ? Promise.reject(full(3.24e9)) : trainStep(step));
    return session;
  }

  override predict(): Promise<never> {
    return Promise.reject(full());
  }
}

const labels = { task: 'single-label', names: ['neg', 'pos'] } as const;
const examples = Array.from({ length: 16 }, (_, i) => ({
  text: i % 2 ? 'the film was good' : 'the food was bad',
  target: [i % 2],
}));
const splits = {
  train: examples,
  valid: examples,
  test: examples,
  testIs: 'valid',
  labels,
  notes: [],
} as const;

/** Defaults of `sentiment train` with a few of them replaced. */
function settingsWith(values: Partial<CommandValues<'train'>>): TrainingJob['settings'] {
  const defaults = Object.entries(commands.train.options).map(([key, option]) => [key, option.default]);
  return resolveSettings({ ...(Object.fromEntries(defaults) as CommandValues<'train'>), ...values });
}

async function failingRun(
  run: string,
  values: Partial<CommandValues<'train'>>,
): Promise<{ text: string; loaded: LoadedModel }> {
  const settings = settingsWith({ batchSize: 2, epochs: 1, ...values });
  const loaded = await buildModel({ ...settings, directory: undefined, labels, train: examples });
  const error: unknown = await runTraining({
    loaded,
    splits,
    output: run,
    settings,
    sink: { write: () => true },
    signal: new AbortController().signal,
    from: undefined,
    saveCheckpoint: (state) => saveCheckpoint(run, loaded, state, { options: {}, data: '' }),
    makeExecutor: () => new SmallMemory(),
  }).catch((reason: unknown) => reason);
  const { text, exitCode } = describeError(error);
  expect(exitCode).toBe(1);
  return { text, loaded };
}

describe('a step without memory', () => {
  beforeAll(async () => {
    await startBackend('wasm');
  });

  it('ends the run with what it needs and what to lower; the last checkpoint is whole', async () => {
    const run = temporaryFolder();
    const { text, loaded } = await failingRun(run, { saveSteps: 2 });
    expect(text).toBe(
      'error: training, step 6: expected about 3.2 GB of memory for a batch of 2 texts of 6 tokens, found too little: ' +
        'no room for [2, 2, 3, 3] of float32. Lower --batch-size (--accumulate makes up for it), add --recompute ' +
        `or lower --max-length. Go on from the weights saved so far with --model ${join(run, 'checkpoint-4')}.`,
    );
    expect(readdirSync(run).sort()).toEqual(['checkpoint-2', 'checkpoint-4']);
    const { state, directory } = await readCheckpoint(run);
    expect([state.steps, state.optimizer.iterations, state.history.losses.length]).toEqual([4, 4, 4]);
    loaded.model.dispose();
    const again = await buildModel({ ...settingsWith({}), directory, labels, train: examples });
    expect(again.notes[0]).toContain('its head included');
    again.model.dispose();
  });

  it('names the options in use', async () => {
    const { text, loaded } = await failingRun(temporaryFolder(), { batchTokens: 12, recompute: true });
    expect(text).toMatch(
      /Lower --batch-tokens \(--accumulate makes up for it\) or lower --max-length\. With --save-steps such a run/,
    );
    loaded.model.dispose();
  });

  it('says so when texts are scored', async () => {
    const settings = settingsWith({});
    const loaded = await buildModel({ ...settings, directory: undefined, labels, train: examples });
    const scoring = scoreExamples(loaded, examples, { batchSize: 4, makeExecutor: () => new SmallMemory() });
    await expect(scoring).rejects.toThrow(
      /^scoring: expected memory for a batch of 4 texts of 6 tokens, found too little: no room .* Lower --batch-size or/,
    );
    loaded.model.dispose();
  });
});
