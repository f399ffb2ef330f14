import { choice, decimal, integer } from '../option-kinds.js';

/** Options of `sentiment train` about losses and averages: what makes a training less sensitive to its data and its end. */
export const robustOptions = {
  loss: choice(
    ['cross-entropy', 'focal'],
    'loss of classes: focal counts examples less the surer the model is of them',
    'cross-entropy',
  ),
  focalGamma: decimal('how much less: by (1 - probability) to this power', undefined, {
    min: 0,
    aboveMin: true,
    max: 100,
    defaultText: '2, with --loss focal',
  }),
  average: choice(
    ['none', 'ema', 'swa'],
    'save an average of the weights instead of the last ones: exponential over all steps, or the mean over the ends of epochs',
    'none',
  ),
  emaDecay: decimal('share of the average that stays at each step; less in the first steps', undefined, {
    min: 0,
    max: 1,
    belowMax: true,
    defaultText: '0.999, with --average ema',
  }),
  swaStart: integer('first epoch whose weights count', undefined, {
    min: 1,
    defaultText: 'the last quarter, two epochs at least, with --average swa',
  }),
};
