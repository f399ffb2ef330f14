import * as Plot from '@observablehq/plot';
import { wilsonInterval } from '@bertune/train';

import { errorsOf, type Evaluation } from '../evaluation.js';
import type { Html } from '../html.js';
import { draw, figure } from '../plot.js';
import { colours } from '../theme.js';

/** Groups of like length at most. */
const mostGroups = 6;

/** Examples of like length. */
export interface LengthGroup {
  /** Shortest and longest, in tokens. */
  readonly from: number;
  readonly to: number;
  /** Places among the examples. */
  readonly members: readonly number[];
}

/** Groups of about as many examples each, in the order of length; equal lengths stay together. */
export function lengthGroups(lengths: readonly number[], most = mostGroups): LengthGroup[] {
  const order = lengths.map((_, at) => at).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0));
  const groups: number[][] = [];
  for (const at of order) {
    const open = groups.at(-1);
    const previous = open?.at(-1);
    const isFull = open && open.length >= order.length / most;
    if (previous === undefined || (isFull && lengths[previous] !== lengths[at])) groups.push([at]);
    else open?.push(at);
  }
  return groups.map((members) => ({
    from: lengths[members[0] ?? 0] ?? 0,
    to: lengths[members.at(-1) ?? 0] ?? 0,
    members,
  }));
}

interface GroupError {
  readonly name: string;
  readonly examples: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Mean error of a group with a 95 % interval: Wilson's of a share, else that of the normal distribution. */
function groupError(
  { from, to, members }: LengthGroup,
  errors: readonly number[],
  isShare: boolean,
): GroupError {
  const values = members.map((at) => errors[at] ?? 0);
  const sum = values.reduce((total, value) => total + value, 0);
  const value = sum / values.length;
  const spread = values.reduce((total, each) => total + (each - value) ** 2, 0);
  const half = values.length > 1 ? 1.96 * Math.sqrt(spread / (values.length - 1) / values.length) : 0;
  const interval = isShare
    ? wilsonInterval(sum, values.length)
    : { low: Math.max(0, value - half), high: value + half };
  return {
    name: from === to ? String(from) : `${from}–${to}`,
    examples: values.length,
    value,
    low: interval.low,
    high: interval.high,
  };
}

/** How often the model is wrong, or how far, by the length of the text. */
export function lengthErrorChart(evaluation: Evaluation): Html {
  const isShare = evaluation.labels.task !== 'regression';
  const errors = errorsOf(evaluation);
  const groups = lengthGroups(evaluation.lengths).map((group) => groupError(group, errors, isShare));
  const what = isShare ? 'share wrong' : 'mean absolute error';
  const { task } = evaluation.labels;
  const wrong = task === 'multi-label' ? ' An example is wrong with any of its labels wrong.' : '';
  return figure(
    {
      title: 'Length and error',
      note: `${isShare ? 'Share of wrong examples' : 'Mean absolute error'} by the tokens of the text, with 95 % intervals; about as many examples in each group.${wrong}`,
    },
    draw(`${what} by length of the text`, {
      x: { label: 'tokens', type: 'band', domain: groups.map(({ name }) => name), labelAnchor: 'right' },
      y: { label: what, grid: true, zero: true, nice: true },
      marks: [
        Plot.barY(groups, {
          x: 'name',
          y: 'value',
          fill: colours.first,
          fillOpacity: 0.55,
          title: ({ name, value, examples }: GroupError) =>
            `${name} tokens: ${value.toFixed(3)} of ${examples} examples`,
        }),
        Plot.ruleX(groups, { x: 'name', y1: 'low', y2: 'high', stroke: 'var(--ink)', strokeOpacity: 0.7 }),
        Plot.ruleY([0], { stroke: colours.muted }),
      ],
    }),
  );
}
