import { host } from '#host';

import { tensorProperties } from '../trainable.js';
import type { Callback, CallbackModel, NonFiniteStep } from './callback.js';

/** Options of `TerminateOnNaN`. */
export interface TerminateOnNaNOptions {
  /** folder for the batch that did it; default: none is saved */
  readonly directory?: string;
}

/**
 * Ends training at a loss (or, where gradients are measured, a norm) that is NaN or infinite, as Keras's callback of that
 * name: quietly, with the history saying `stopped`, instead of with an error. The parameters are those before the step. With
 * a folder, the step is written there as `non-finite-step-N.json`: which examples, the values of every tensor of the batch,
 * loss and learning rate.
 */
export class TerminateOnNaN implements Callback {
  /** what ended the run; undefined when nothing did */
  failure: Omit<NonFiniteStep, 'microBatches'> | undefined;
  /** where the batch was written */
  savedTo: string | undefined;
  private model: CallbackModel | undefined;

  constructor(private readonly options: TerminateOnNaNOptions = {}) {}

  /** Keeps the model. */
  setModel(model: CallbackModel): void {
    this.model = model;
  }

  /** Forgets what a former run left. */
  onTrainBegin(): void {
    this.failure = undefined;
    this.savedTo = undefined;
  }

  /** Writes the batch and ends training. @throws TrainError `file-failed`, `not-supported` */
  async onNonFiniteStep({ microBatches, ...failure }: NonFiniteStep): Promise<void> {
    this.failure = failure;
    if (this.model) this.model.stopTraining = true;
    const { directory } = this.options;
    if (directory === undefined) return;
    const batches = await Promise.all(
      microBatches.map(async ({ examples, batch }) => ({ examples, tensors: await hostTensors(batch) })),
    );
    const path = host.join(directory, `non-finite-step-${failure.step}.json`);
    const text = JSON.stringify({ ...failure, microBatches: batches }, writtenOut);
    await host.write(path, new TextEncoder().encode(`${text}\n`));
    this.savedTo = path;
  }
}

async function hostTensors(batch: object): Promise<Record<string, unknown>> {
  const tensors: Record<string, unknown> = {};
  for (const [name, tensor] of tensorProperties(batch)) {
    const values = Array.from(await tensor.data());
    tensors[name] = { dtype: tensor.dtype, shape: tensor.shape, values };
  }
  return tensors;
}

/** JSON has no NaN and no infinity, which are what this file is about. */
function writtenOut(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
