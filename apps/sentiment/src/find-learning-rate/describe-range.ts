import type { LearningRateSuggestion } from '@bertune/train';

import { AppError } from '../errors.js';
import { layOut } from '../report/format.js';
import { endingOf, type RangeRecord, shortRate } from './range-record.js';

/** The figures as a table for people. */
export function suggestionTable(record: RangeRecord, suggestion: LearningRateSuggestion): string[] {
  const { steepest, slope, minimum, minimumStep, tenthOfMinimum } = suggestion;
  const lowest = record.smoothedLosses[minimumStep] ?? NaN;
  return layOut([
    ['learning rate', ''],
    [
      shortRate(steepest),
      `steepest descent: there the smoothed loss falls by ${(-slope).toFixed(3)} for a tenfold learning rate`,
    ],
    [
      shortRate(tenthOfMinimum),
      `a tenth of that at the lowest smoothed loss, ${lowest.toFixed(4)} at ${shortRate(minimum)}`,
    ],
  ]).slice(1);
}

/** What the figures leave open. */
export function caveats(record: RangeRecord): string[] {
  const { suggestion, losses, passes, ended, options } = record;
  const atEnd = suggestion?.minimumStep === losses.length - 1 && ended === 'completed';
  return [
    ...(atEnd
      ? [
          `the smoothed loss is lowest at the last step: raise --max ${String(options.max)} to see where it turns`,
        ]
      : []),
    ...(passes > 3
      ? [
          `the steps are ${passes.toFixed(1)} passes over ${record.examples} training examples: the loss falls also because they are known by then`,
        ]
      : []),
  ];
}

/** The error of a range test from which no learning rate can be read. */
export function noSuggestion(record: RangeRecord, files: string): AppError {
  const { losses, plannedSteps, ended, options } = record;
  const early = losses.length < plannedSteps / 2 && ended !== 'aborted';
  const lower = `Lower --min ${String(options.min)}, and look at data and labels.`;
  const remedy = early ? lower : 'Raise --steps or --max, and look at data and labels.';
  return new AppError('no-suggestion', {
    where: 'range test',
    expected: 'a smoothed loss that falls before it rises',
    found: `none in ${endingOf(record)}`,
    remedy: losses.length === 0 ? lower : `${remedy} The curve: ${files}`,
  });
}
