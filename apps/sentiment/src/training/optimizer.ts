import {
  adam,
  adamW,
  bertAdam,
  constantSchedule,
  cosineSchedule,
  linearSchedule,
  sgd,
  type Optimizer,
  type Schedule,
} from '@bertune/train';

import type { TrainSettings } from './settings.js';

/** The optimiser that `--optimizer`, `--learning-rate` and `--weight-decay` describe. */
export function optimizerOf({ optimizer, learningRate, weightDecay }: TrainSettings): Optimizer {
  switch (optimizer) {
    case 'adamw':
      return adamW({ learningRate, weightDecay });
    case 'bert-adam':
      return bertAdam({ learningRate, weightDecay });
    case 'adam':
      return adam({ learningRate });
    case 'sgd':
      return sgd({ learningRate, momentum: 0.9 });
  }
}

/** The schedule that `--schedule` and `--warmup-ratio` describe. */
export function scheduleOf({ schedule, warmupRatio }: TrainSettings): Schedule {
  switch (schedule) {
    case 'linear':
      return linearSchedule({ warmupRatio });
    case 'cosine':
      return cosineSchedule({ warmupRatio });
    case 'constant':
      return constantSchedule({ warmupRatio });
  }
}
