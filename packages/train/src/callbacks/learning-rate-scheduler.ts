import { TrainError } from '../errors.js';
import type { Callback, CallbackModel } from './callback.js';

/**
 * Sets the learning rate before every epoch, as Keras's callback of that name. It sets the optimiser's rate, to which the
 * factor of a schedule is still applied: leave `schedule` out of `compile` for this to be all there is.
 */
export class LearningRateScheduler implements Callback {
  private model: CallbackModel | undefined;

  /** @param schedule gets the epoch, from 0, and the rate there is; gives the rate from then on */
  constructor(private readonly schedule: (epoch: number, learningRate: number) => number) {}

  /** Keeps the model. */
  setModel(model: CallbackModel): void {
    this.model = model;
  }

  /** Sets the rate. @throws TrainError `invalid-options` when the schedule gives no finite number of at least 0 */
  onEpochBegin(epoch: number): void {
    if (!this.model) return;
    const rate: unknown = this.schedule(epoch, this.model.learningRate);
    if (typeof rate !== 'number' || !Number.isFinite(rate) || rate < 0) {
      throw new TrainError(
        'invalid-options',
        `LearningRateScheduler: expected the schedule to give a finite number of at least 0, found ${String(rate)} ` +
          `for epoch ${epoch}.`,
        { epoch, rate },
      );
    }
    this.model.learningRate = rate;
  }
}
