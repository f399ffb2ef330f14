/** Figures of the validation examples after an epoch, without `val_`. */
export type EpochFigures = Readonly<Record<string, number | null>>;

/** Figures that are better the lower they are. */
const lowerIsBetter = /loss|error/;

/** What is made as good as possible. */
export interface Objective {
  /** Figure: `accuracy`, `loss`. */
  readonly metric: string;
  /** Whether more of it is better. */
  readonly isHigher: boolean;
}

/** The figure asked for; accuracy where none is and there is one, else the loss. @returns undefined where it is not there */
export function objectiveOf(asked: string | undefined, figures: EpochFigures): Objective | undefined {
  const metric = asked ?? ('accuracy' in figures ? 'accuracy' : 'loss');
  return metric in figures ? { metric, isHigher: !lowerIsBetter.test(metric) } : undefined;
}

/**
 * How good an epoch is: higher is better. Equal figures, which accuracies of few examples often are, are told apart by a
 * loss that is lower, by less than any difference of the figures themselves.
 */
export function scoreOf({ metric, isHigher }: Objective, figures: EpochFigures): number {
  const value = figures[metric];
  if (value === null || value === undefined) return -Infinity;
  const loss = figures.loss ?? Infinity;
  return (isHigher ? value : -value) - 1e-9 * Math.min(loss, 1e3);
}
