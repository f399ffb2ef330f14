import type { CommandSpec } from '../command-spec.js';
import { decimal, integer, text, type OptionTable } from '../option-kinds.js';
import { trialOptions } from '../tune/tune-options.js';
import { trainOptions } from '../training/train-options.js';

const {
  test: _test,
  epochs: _epochs,
  earlyStopping: _earlyStopping,
  maxSteps: _maxSteps,
  learningRate: _learningRate,
  warmupRatio: _warmupRatio,
  schedule: _schedule,
  average: _average,
  emaDecay: _emaDecay,
  swaStart: _swaStart,
  unfreeze: _unfreeze,
  ...ofSteps
} = trialOptions;

/** What a step hangs on, as for `train`: not how many there are, nor what becomes of the learning rate. */
export const stepOptions = ofSteps;

/** Options of the range test itself. */
const rangeOptions = {
  min: decimal('learning rate of the first step', 1e-6, { min: 0, aboveMin: true, defaultText: '1e-6' }),
  max: decimal('learning rate of the last step', 1, { min: 0, aboveMin: true }),
  steps: integer('optimizer steps from --min to --max', 100, { min: 20, max: 100_000 }),
  smoothing: decimal('share of the moving average of the losses that stays at each step', 0.9, {
    min: 0,
    max: 1,
    belowMax: true,
  }),
  divergence: decimal('end when the smoothed loss is more than N times its lowest', 4, {
    min: 1,
    aboveMin: true,
  }),
};

const options = {
  ...rangeOptions,
  ...stepOptions,
  output: text('DIR', 'where the curve and the figures go', undefined, 'runs/DATE-TIME'),
  overwrite: trainOptions.overwrite,
};

/** What the parser and the help know of `sentiment find-learning-rate`. */
export const findLearningRateCommand = {
  summary: 'Find a learning rate by a range test: let it rise, and look at the loss',
  positionals: '',
  required: [],
  example: 'sentiment find-learning-rate --train reviews.csv --output runs/range',
  options,
} as const satisfies CommandSpec & { readonly options: OptionTable };
