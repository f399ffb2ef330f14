import * as Plot from '@observablehq/plot';
import { averagePrecisionScore, precisionRecallCurve, rocAucScore, rocCurve } from '@bertune/train';

import type { Evaluation } from '../evaluation.js';
import { columnsOf } from '../evaluation.js';
import type { Html } from '../html.js';
import { decimals } from '../numbers.js';
import { draw, figure, type LegendEntry, shortened } from '../plot.js';
import { colours } from '../theme.js';

/** Points that a curve has at most. */
const mostPoints = 300;

/** One class against all else. */
interface OneClass {
  readonly name: string;
  /** [N], 0 or 1 */
  readonly labels: Uint8Array;
  /** [N] */
  readonly scores: Float64Array;
  readonly positives: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The classes that curves are drawn of: of two the second, of many those with the most examples. */
function rankedClasses(evaluation: Evaluation): OneClass[] {
  const { labels, examples, scores } = evaluation;
  const columns = columnsOf(evaluation);
  const isMulti = labels.task === 'multi-label';
  const which = !isMulti && columns === 2 ? [1] : labels.names.map((_, at) => at);
  const all = which.map((column) => {
    const truth = examples.map(({ target }) => Number(isMulti ? target[column] === 1 : target[0] === column));
    return {
      name: labels.names[column] ?? '',
      labels: Uint8Array.from(truth),
      scores: Float64Array.from(truth, (_, at) => scores[at * columns + column] ?? NaN),
      positives: truth.reduce((sum, value) => sum + value, 0),
    };
  });
  // Without positives or negatives, or with scores that are no numbers, there is no curve.
  const drawable = all.filter(
    ({ positives, labels, scores }) =>
      positives > 0 && positives < labels.length && scores.every(Number.isFinite),
  );
  return drawable.sort((a, b) => b.positives - a.positives).slice(0, colours.series.length);
}

/** Corners of a staircase, or some of them where there are too many. */
function corners(xs: Float64Array, ys: Float64Array): Point[] {
  const all = Array.from(xs, (x, at) => ({ x, y: ys[at] ?? NaN }));
  const kept = all.filter(({ x, y }, at) => {
    const [before, after] = [all[at - 1], all[at + 1]];
    if (!before || !after) return true;
    return !((before.x === x && after.x === x) || (before.y === y && after.y === y));
  });
  if (kept.length <= mostPoints) return kept;
  return Array.from(
    { length: mostPoints },
    (_, at) => kept[Math.round((at * (kept.length - 1)) / (mostPoints - 1))],
  ).filter((point) => point !== undefined);
}

function legendOf(classes: readonly OneClass[], values: readonly number[], what: string): LegendEntry[] {
  return classes.map(({ name }, at) => ({
    name: `${shortened(name, 24)}: ${what} ${decimals(values[at], 3)}`,
    colour: colours.series[at] ?? colours.muted,
  }));
}

const shares = { domain: [0, 1], grid: true, ticks: 5 } as const;

function rocChart(classes: readonly OneClass[]): Html {
  const areas = classes.map(({ labels, scores }) => rocAucScore(labels, scores));
  const lines = classes.map(({ labels, scores }, at) => {
    const { falsePositiveRates, truePositiveRates } = rocCurve(labels, scores);
    const stroke = colours.series[at] ?? colours.muted;
    const line = corners(falsePositiveRates, truePositiveRates);
    return Plot.line(line, { x: 'x', y: 'y', stroke, strokeWidth: 2 });
  });
  const chance = [0, 1].map((x) => ({ x, y: x }));
  return figure(
    {
      title: 'ROC curve',
      note: 'How many are found against how many are taken for it wrongly, over all thresholds; the dashed line is chance.',
      legend: legendOf(classes, areas, 'area'),
    },
    draw('ROC curve', {
      height: 285,
      x: { label: 'false positive rate', ...shares },
      y: { label: 'true positive rate', ...shares },
      marks: [Plot.line(chance, { x: 'x', y: 'y', stroke: colours.muted, strokeDasharray: '4 4' }), ...lines],
    }),
  );
}

function precisionRecallChart(classes: readonly OneClass[]): Html {
  const areas = classes.map(({ labels, scores }) => averagePrecisionScore(labels, scores));
  const marks = classes.flatMap(({ labels, scores, positives }, at) => {
    const { precision, recall } = precisionRecallCurve(labels, scores);
    const stroke = colours.series[at] ?? colours.muted;
    const share = positives / labels.length;
    const line = corners(recall, precision);
    return [
      Plot.ruleY([share], { stroke, strokeDasharray: '4 4', strokeOpacity: classes.length > 3 ? 0 : 0.6 }),
      Plot.line(line, { x: 'x', y: 'y', stroke, strokeWidth: 2, curve: 'step-before' }),
    ];
  });
  const rule = classes.length > 3 ? '' : ' The dashed line is the share of the class: chance.';
  return figure(
    {
      title: 'Precision and recall',
      note: `How many of those that are taken for it are it, against how many are found.${rule}`,
      legend: legendOf(classes, areas, 'average precision'),
    },
    draw('Precision-recall curve', {
      height: 285,
      x: { label: 'recall', ...shares },
      y: { label: 'precision', ...shares },
      marks,
    }),
  );
}

/** ROC and precision-recall curves, one class against the others; none where no class can be told apart. */
export function rankingCharts(evaluation: Evaluation): Html[] {
  const classes = rankedClasses(evaluation);
  return classes.length === 0 ? [] : [rocChart(classes), precisionRecallChart(classes)];
}
