import * as Plot from '@observablehq/plot';

import type { ClassScores } from '../../report/statistics.js';
import type { Html } from '../html.js';
import { draw, figure, shortened } from '../plot.js';
import { colours } from '../theme.js';

/** Classes that are drawn at most, those with the most examples. */
const mostClasses = 30;

const measures = [
  { key: 'precision', colour: colours.series[0] ?? '', symbol: 'circle' },
  { key: 'recall', colour: colours.series[1] ?? '', symbol: 'square' },
  { key: 'f1', colour: colours.series[2] ?? '', symbol: 'diamond' },
] as const;

/** Precision, recall and F1 of each label, for tasks without a confusion matrix. */
export function classScoresChart(all: readonly ClassScores[]): Html {
  const classes = [...all].sort((a, b) => b.support - a.support).slice(0, mostClasses);
  const places = classes.map((_, at) => at);
  const names = classes.map(({ name }) => shortened(name, 18));
  const longest = Math.max(...names.map((name) => name.length));
  return figure(
    {
      title: 'Precision, recall and F1 by label',
      note: all.length > mostClasses ? `The ${mostClasses} labels with the most examples.` : undefined,
      legend: measures.map(({ key, colour }) => ({ name: key === 'f1' ? 'F1' : key, colour, as: 'block' })),
    },
    draw('Precision, recall and F1 by label', {
      height: 50 + 24 * classes.length,
      marginTop: 8,
      marginLeft: 20 + 6.2 * longest,
      x: { label: null, domain: [0, 1], grid: true, ticks: 5 },
      y: {
        label: null,
        domain: places,
        type: 'band',
        tickFormat: (at: number) => names[at] ?? '',
        tickSize: 0,
      },
      marks: measures.map(({ key, colour, symbol }) =>
        Plot.dot(classes, {
          x: key,
          y: (_: ClassScores, at: number) => at,
          fill: colour,
          symbol,
          r: 4.5,
          fillOpacity: 0.85,
          title: (scores: ClassScores) => `${scores.name}: ${key} ${scores[key].toFixed(3)}`,
        }),
      ),
    }),
  );
}
