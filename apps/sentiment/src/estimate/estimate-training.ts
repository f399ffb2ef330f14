import type { SequenceBatch } from '@bertune/heads';
import {
  type CompiledModel,
  type Dataset,
  type FitOptions,
  type RunEstimate,
  TrainError,
} from '@bertune/train';

import type { EncodedExample } from '../model/encode.js';
import type { LoadedModel } from '../model/build-model.js';
import type { TrainSettings } from '../training/settings.js';
import { writtenBytes } from './format.js';
import { type Execution, largestRows, type MemoryNeed, memoryNeed, type ModelSizes } from './memory-need.js';
import { processMemory } from './process-memory.js';

/** What a training will take, said before it begins. */
export interface TrainingEstimate {
  /** Steps, tokens and time. */
  readonly run: RunEstimate;
  /** Its memory; `total` was seen when the largest batch was tried out. */
  readonly memory: MemoryNeed;
  /** Memory that the process could have in all, in bytes. */
  readonly available: number;
  /** Whether it may end earlier, by early stopping. */
  readonly isAtMost: boolean;
}

/** What a training took. */
export interface Outcome {
  /** Of steps and validations, the estimate not included. */
  readonly seconds: number;
  /** Most that the process has had resident, in bytes. */
  readonly memory: number;
}

/** What a training took that has just ended. */
export function measuredOutcome(seconds: number): Outcome {
  return { seconds, memory: processMemory().peak };
}

/** Both as `run.json` says them: seconds and bytes, expected and real. */
export interface RecordedEstimate {
  readonly steps: number;
  readonly tokens: number;
  readonly paddedTokens: number;
  readonly seconds: number;
  readonly memory: MemoryNeed;
  readonly took: Outcome;
}

/** What of an estimate is kept. */
export function recordedEstimate({ run, memory }: TrainingEstimate, took: Outcome): RecordedEstimate {
  const { steps, tokens, paddedTokens, seconds } = run;
  return { steps, tokens, paddedTokens, seconds, memory, took };
}

/** A training that is ready to begin. */
export interface EstimateJob {
  readonly loaded: LoadedModel;
  readonly settings: TrainSettings;
  readonly compiled: CompiledModel<SequenceBatch>;
  readonly data: Dataset<EncodedExample, SequenceBatch>;
  readonly options: FitOptions<EncodedExample, SequenceBatch>;
  readonly execution: Execution;
  /** Gets lines for a person. */
  readonly say: (line: string) => void;
}

/**
 * Tries out a few steps and says what the training will take. Where memory will not suffice it first says what to lower:
 * trying that out may end in `out-of-memory`.
 * @returns undefined when the signal ended it
 * @throws TrainError as `CompiledModel.estimate`
 */
export async function estimateTraining(job: EstimateJob): Promise<TrainingEstimate | undefined> {
  const { compiled, data, options, settings, say } = job;
  const before = processMemory();
  const needOf = (rows: number): MemoryNeed => needed(job, rows, before.resident);
  const rows = rowsOfLargest(job);
  const expected = needOf(rows);
  const available = before.resident + before.available;
  if (expected.total > available) for (const line of advice(job, available, needOf)) say(line);
  try {
    const run = await compiled.estimate(data, options);
    const seen = processMemory().peak;
    const height = seen + Math.max(0, expected.saving - expected.activations - expected.gradients);
    return {
      run,
      memory: { ...expected, total: height },
      available,
      isAtMost: settings.earlyStopping !== undefined,
    };
  } catch (error) {
    if (error instanceof TrainError && error.code === 'aborted') return undefined;
    throw error;
  }
}

/** Sizes of the model as it will be trained. */
function sizesOf({ loaded, settings, compiled }: EstimateJob): ModelSizes {
  const { model } = loaded;
  const { config } = model.bert;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    parameters: sum([...model.parameters.values()].map(({ size }) => size)),
    trained: sum(compiled.trainedParameters.map(({ variable }) => variable.size)),
    slots: settings.optimizer === 'sgd' ? 1 : 2,
    layers: settings.cacheFeatures ? 0 : config.numLayers,
    hidden: config.hiddenSize,
    intermediate: config.intermediateSize,
    heads: config.numHeads,
    recompute: settings.recompute,
  };
}

function needed(job: EstimateJob, rows: number, resident: number): MemoryNeed {
  const sizes = sizesOf(job);
  return memoryNeed(
    sizes,
    { rows, length: longest(job) },
    {
      program: resident - 4 * sizes.parameters,
      execution: job.execution,
      saves: job.settings.saveSteps !== undefined,
    },
  );
}

function longest({ data }: EstimateJob): number {
  const tokens = data.examples.reduce((most, example) => Math.max(most, data.length(example)), 1);
  return data.paddedLength?.(tokens) ?? tokens;
}

function rowsOfLargest(job: EstimateJob): number {
  const { batchSize, batchTokens } = job.settings;
  const rows = batchTokens === undefined ? batchSize : Math.floor(batchTokens / longest(job));
  return Math.max(1, Math.min(rows, job.data.examples.length));
}

/** What to lower, with the batch size that would do. */
function advice(job: EstimateJob, available: number, needOf: (rows: number) => MemoryNeed): string[] {
  const { batchTokens, recompute } = job.settings;
  const rows = rowsOfLargest(job);
  const length = longest(job);
  const [need, fits] = [needOf(rows), largestRows(available, rows, (count) => needOf(count).total)];
  const size = batchTokens === undefined ? `--batch-size ${fits}` : `--batch-tokens ${fits * length}`;
  const ways = [
    ...(fits > 0
      ? [
          `${size} with --accumulate ${Math.ceil(rows / fits)} would need about ${writtenBytes(needOf(fits).total)}`,
        ]
      : []),
    ...(recompute ? [] : ['--recompute keeps fewer activations']),
    `--max-length below ${length} shortens the longest texts`,
    '--freeze or --lora-rank trains fewer values',
  ];
  return [
    `memory: about ${writtenBytes(need.total)} are needed for batches of ${rows} texts of ${length} tokens, ${writtenBytes(available)} can be had`,
    `memory: ${ways.join('; ')}`,
  ];
}
