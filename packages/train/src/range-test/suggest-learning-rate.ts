import type { RangeTest } from './range-test.js';

/** Share of the planned steps at the beginning that say nothing: their average is of few losses. */
const SKIPPED = 0.1;

/** Standard errors that the smoothed loss must fall by: noise alone falls by three between its first value and its lowest. */
const CLEAR = 4;

/** Where the smoothed loss of a range test falls fastest, and where it is lowest. */
export interface LearningRateSuggestion {
  /** learning rate at which the smoothed loss falls fastest: the largest to begin with */
  readonly steepest: number;
  /** its position among the steps */
  readonly steepestStep: number;
  /** slope there: change of the smoothed loss when the learning rate grows tenfold; below 0 */
  readonly slope: number;
  /** learning rate at which the smoothed loss is lowest: there it is too high already */
  readonly minimum: number;
  /** its position among the steps */
  readonly minimumStep: number;
  /** a tenth of `minimum`: the other figure in use, on the safe side */
  readonly tenthOfMinimum: number;
  /** fall of the smoothed loss in all, to its lowest; above 0 */
  readonly fall: number;
  /** standard error of `fall`, from how much one batch's loss differs from the next one's */
  readonly standardError: number;
}

/** How a curve was made. */
export interface SuggestionOptions {
  /** share of the moving average that stays at each step; default 0.9 */
  readonly smoothing?: number | undefined;
  /** steps of the whole range; default: those taken */
  readonly plannedSteps?: number | undefined;
}

/**
 * Reads a learning rate off the curve of a range test: of the steps before the lowest smoothed loss the one after which
 * it falls fastest over the logarithm of the learning rate, and a tenth of the learning rate at the lowest. The first
 * tenth of the planned steps is left out.
 * @param curve one value a step: rising learning rates, finite losses, and their moving average
 * @returns undefined where the smoothed loss does not fall by four standard errors: what could be read is noise
 * @see Smith 2017, arXiv:1506.01186, section 3.3; fastai's `lr_find` with `steep` and `minimum`; noise from successive
 *   differences: von Neumann 1941, doi:10.1214/aoms/1177731677
 * @example suggestLearningRate(await compiled.findLearningRate(data))?.steepest
 */
export function suggestLearningRate(
  { learningRates, losses, smoothedLosses }: Pick<RangeTest, 'learningRates' | 'losses' | 'smoothedLosses'>,
  { smoothing = 0.9, plannedSteps = losses.length }: SuggestionOptions = {},
): LearningRateSuggestion | undefined {
  const first = Math.floor(SKIPPED * plannedSteps);
  let minimumStep = first;
  let steepestStep = first;
  let slope = Infinity;
  for (let step = first; step < losses.length; step++) {
    if (smoothedLosses[step] < smoothedLosses[minimumStep]) minimumStep = step;
  }
  for (let step = first; step < minimumStep; step++) {
    const decades = Math.log10(learningRates[step + 1] / learningRates[step]);
    const here = (smoothedLosses[step + 1] - smoothedLosses[step]) / decades;
    if (here < slope) [steepestStep, slope] = [step, here];
  }
  if (minimumStep === first) return undefined;
  const fall = smoothedLosses[first] - smoothedLosses[minimumStep];
  const variance = varianceKept(smoothing, first + 1) + varianceKept(smoothing, minimumStep + 1);
  const standardError = noiseOf(losses.slice(0, minimumStep + 1)) * Math.sqrt(variance);
  if (fall < CLEAR * standardError) return undefined;
  const minimum = learningRates[minimumStep];
  const steepest = learningRates[steepestStep];
  const tenthOfMinimum = minimum / 10;
  return { steepest, steepestStep, slope, minimum, minimumStep, tenthOfMinimum, fall, standardError };
}

/** Standard deviation of values about a level that changes slowly. */
function noiseOf(values: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++) sum += (values[i] - values[i - 1]) ** 2;
  return Math.sqrt(sum / 2 / (values.length - 1));
}

/** Variance of a bias-corrected exponential moving average of so many values over that of a value. */
function varianceKept(smoothing: number, count: number): number {
  const ofMany = (1 - smoothing) / (1 + smoothing);
  return (ofMany * (1 - smoothing ** (2 * count))) / (1 - smoothing ** count) ** 2;
}
