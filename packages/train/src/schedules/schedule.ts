/** How the learning rate goes over a run: a factor on the optimiser's learning rate for every optimiser step. */
export interface Schedule {
  /** for reports */
  readonly name: string;
  /**
   * The factor of one step.
   * @param step optimiser steps taken so far, from 0 (not batches, not epochs)
   * @param totalSteps optimiser steps of the whole run
   * @returns factor on the learning rate for this step, at least 0
   * @throws TrainError `invalid-options` when the schedule cannot fit so many steps
   */
  factor(step: number, totalSteps: number): number;
}
