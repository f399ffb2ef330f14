import * as Plot from '@observablehq/plot';

import type { Evaluation } from '../evaluation.js';
import type { Html } from '../html.js';
import { draw, figure } from '../plot.js';
import { colours } from '../theme.js';

/** Dots at most; of more examples every so many is drawn. */
const mostDots = 1500;

interface Pair {
  readonly truth: number;
  readonly guess: number;
}

function pairsOf({ examples, scores }: Evaluation): Pair[] {
  return examples
    .map(({ target }, at) => ({ truth: target[0] ?? NaN, guess: scores[at] ?? NaN }))
    .filter(({ truth, guess }) => Number.isFinite(truth) && Number.isFinite(guess));
}

function scatter(all: readonly Pair[]): Html {
  const every = Math.ceil(all.length / mostDots);
  const shown = all.filter((_, at) => at % every === 0);
  const values = all.flatMap(({ truth, guess }) => [truth, guess]);
  const ends = [Math.min(...values), Math.max(...values)];
  return figure(
    {
      title: 'Guess and truth',
      note: `${every > 1 ? `One in ${every} examples. ` : ''}On the dashed line the guess is right.`,
    },
    draw('Guesses against true values', {
      height: 300,
      x: { label: 'truth', nice: true, grid: true },
      y: { label: 'guess', nice: true, grid: true },
      marks: [
        Plot.line(
          ends.map((x) => ({ x, y: x })),
          { x: 'x', y: 'y', stroke: colours.muted, strokeDasharray: '4 4' },
        ),
        Plot.dot(shown, {
          x: 'truth',
          y: 'guess',
          fill: colours.first,
          fillOpacity: Math.max(0.25, Math.min(0.8, 60 / shown.length)),
          r: 3,
        }),
      ],
    }),
  );
}

function residuals(all: readonly Pair[]): Html {
  const differences = all.map(({ truth, guess }) => guess - truth);
  return figure(
    { title: 'Errors', note: 'Guess less truth: right of 0 the guess is too high.' },
    draw('Histogram of guess less truth', {
      x: { label: 'guess less truth', nice: true },
      y: { label: 'examples', grid: true, nice: true },
      marks: [
        Plot.rectY(differences, {
          ...Plot.binX({ y: 'count' }, { x: (value: number) => value, thresholds: 24 }),
          fill: colours.first,
          fillOpacity: 0.6,
        }),
        Plot.ruleX([0], { stroke: colours.muted, strokeDasharray: '4 4' }),
      ],
    }),
  );
}

/** Charts of values that are told: guess against truth, and the errors. */
export function regressionCharts(evaluation: Evaluation): Html[] {
  const pairs = pairsOf(evaluation);
  return pairs.length === 0 ? [] : [scatter(pairs), residuals(pairs)];
}
