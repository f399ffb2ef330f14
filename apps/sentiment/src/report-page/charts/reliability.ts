import * as Plot from '@observablehq/plot';
import {
  type Confidences,
  confidences,
  expectedCalibrationError,
  reliabilityBins,
  wilsonInterval,
} from '@bertune/train';

import { columnsOf, type Evaluation } from '../evaluation.js';
import type { Html } from '../html.js';
import { decimals } from '../numbers.js';
import { draw, figure } from '../plot.js';
import { colours } from '../theme.js';

/** What was predicted, or of several labels an example each decision. */
function predictions(evaluation: Evaluation): Confidences {
  const { examples, labels, scores } = evaluation;
  if (labels.task === 'multi-label')
    return confidences(
      examples.flatMap(({ target }) => [...target]),
      scores,
    );
  return confidences(
    examples.map(({ target }) => target[0] ?? 0),
    scores,
    columnsOf(evaluation),
  );
}

/** How often predictions are right, by how sure the model is of them. */
export function reliabilityChart(evaluation: Evaluation): Html {
  const sure = predictions(evaluation);
  const bins = reliabilityBins(sure)
    .filter(({ count }) => count > 0)
    .map((bin) => ({ ...bin, interval: wilsonInterval(Math.round(bin.accuracy * bin.count), bin.count) }));
  // Two classes are never told with less than 0.5, and many may be with much less.
  const from = bins[0]?.low ?? 0;
  const domain = [from >= 0.4 ? 0.5 : 0, 1];
  const noun = evaluation.labels.task === 'multi-label' ? 'decisions' : 'predictions';
  return figure(
    {
      title: 'Reliability diagram',
      note: `Share that is right against how sure the model is, with 95 % intervals; on the dashed line it is as sure as it ought to be. Calibration error ${decimals(expectedCalibrationError(sure), 3)}.`,
    },
    draw('Share of right predictions by confidence', {
      height: 215,
      marginBottom: 22,
      x: { label: null, domain },
      y: { label: 'share right', domain: [0, 1], grid: true, ticks: 5 },
      r: { range: [2, 6] },
      marks: [
        Plot.line(
          domain.map((x) => ({ x, y: x })),
          { x: 'x', y: 'y', stroke: colours.muted, strokeDasharray: '4 4' },
        ),
        Plot.ruleX(bins, {
          x: 'confidence',
          y1: ({ interval }: (typeof bins)[number]) => interval.low,
          y2: ({ interval }: (typeof bins)[number]) => interval.high,
          stroke: colours.first,
          strokeOpacity: 0.45,
          strokeWidth: 2,
        }),
        Plot.line(bins, { x: 'confidence', y: 'accuracy', stroke: colours.first, strokeWidth: 1.5 }),
        Plot.dot(bins, {
          x: 'confidence',
          y: 'accuracy',
          fill: colours.first,
          r: 'count',
          title: ({ low, high, count, accuracy }: (typeof bins)[number]) =>
            `sure ${decimals(low, 2)} to ${decimals(high, 2)}: ${decimals(accuracy, 3)} of ${count} right`,
        }),
      ],
    }),
    draw(`Number of ${noun} by confidence`, {
      height: 115,
      marginTop: 24,
      x: { label: 'confidence', domain },
      y: { label: noun, grid: true, ticks: 2, tickFormat: 's' },
      marks: [
        Plot.rectY(bins, {
          x1: 'low',
          x2: 'high',
          y: 'count',
          fill: colours.first,
          fillOpacity: 0.55,
          inset: 0.5,
        }),
      ],
    }),
  );
}
