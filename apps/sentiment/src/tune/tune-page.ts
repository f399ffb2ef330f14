import * as Plot from '@observablehq/plot';

import { html, type Html } from '../report-page/html.js';
import { pageOf } from '../report-page/page.js';
import { draw, figure, shortened } from '../report-page/plot.js';
import { colours } from '../report-page/theme.js';
import type { Objective } from './objective.js';
import type { Dimension } from './search-space.js';
import { finalFigures, ranked, type Trial } from './trials.js';
import type { TuneState } from './tune-state.js';

/** One axis of the parallel coordinates. */
interface Axis {
  readonly name: string;
  /** Place of a trial's value, from 0 (bottom) to 1. */
  readonly place: (trial: Trial) => number;
  /** Labels at their places. */
  readonly ticks: readonly { readonly place: number; readonly label: string }[];
}

const looks = {
  best: { colour: colours.second, name: 'the best' },
  done: { colour: colours.first, name: 'trained to the end' },
  stopped: { colour: colours.muted, name: 'ended early' },
} as const;

type Look = keyof typeof looks;

/** A search as one HTML file that needs no other: no script, no picture, nothing from the network. */
export function tunePage(state: TuneState, objective: Objective, title: string): string {
  const { trials, space, earlyStopping } = state;
  const best = ranked(trials, objective, earlyStopping);
  const lookOf = (trial: Trial): Look =>
    trial === best[0]?.trial ? 'best' : trial.status === 'done' ? 'done' : 'stopped';
  const valueOf = (trial: Trial): number => finalFigures(trial, earlyStopping)?.[objective.metric] ?? NaN;
  const shown = best.map(({ trial }) => trial).reverse(); // the best is drawn last, above the others
  const legend = Object.values(looks);
  const axes = [
    ...Object.entries(space).map(([name, dimension]) => axisOf(name, dimension)),
    metricAxis(objective, shown.map(valueOf), valueOf),
  ];
  const body = html`<header>
      <h1 class="outside">${title}</h1>
      <p class="muted">
        ${trials.length} trials,
        ${state.method === 'asha' ? 'asynchronous successive halving' : 'random search'}, ${objective.metric}
        of the validation examples
      </p>
    </header>
    <h2>Which values were good</h2>
    ${figure(
      {
        title: 'Parallel coordinates',
        note: 'A line is a trial; where it crosses an axis is the value that it was given.',
        legend,
      },
      parallelCoordinates(axes, shown, lookOf),
    )}
    <h2>How the search went</h2>
    <div class="grid">
      ${figure(
        {
          title: `${objective.metric} by trial`,
          note: 'For a trial that was ended early, where it stood then.',
          legend: legend.map((entry) => ({ ...entry, as: 'block' as const })),
        },
        draw(`${objective.metric} by trial`, {
          x: { label: 'trial', domain: [0.5, Math.max(2, state.count) + 0.5], tickFormat: 'd', ticks: 6 },
          y: { label: objective.metric, grid: true, nice: true },
          marks: [
            Plot.dot(
              shown.map((trial) => ({ x: trial.number, y: valueOf(trial), look: lookOf(trial) })),
              { x: 'x', y: 'y', r: 4, fill: ({ look }: { look: Look }) => looks[look].colour },
            ),
          ],
        }),
      )}
      ${axes.slice(0, -1).map((axis) => againstMetric(axis, shown, valueOf, lookOf, objective))}
    </div>
    <h2>Trials</h2>
    <div class="wide panel">
      ${trialRows(
        trials,
        best.map(({ trial }) => trial),
        valueOf,
        objective,
      )}
    </div>`;
  return pageOf(title, body);
}

function axisOf(name: string, dimension: Dimension): Axis {
  if (dimension.kind === 'choice') {
    const { values } = dimension;
    const placeOf = (value: string): number =>
      values.length === 1 ? 0.5 : values.indexOf(value) / (values.length - 1);
    return {
      name,
      place: ({ parameters }) => placeOf(parameters[name] ?? ''),
      ticks: values.map((label) => ({ place: placeOf(label), label })),
    };
  }
  const { low, high } = dimension;
  const isLog = dimension.kind === 'range' && dimension.scale === 'log';
  const spread = (value: number): number =>
    isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  const middle = isLog ? Math.sqrt(low * high) : (low + high) / 2;
  const isWhole = dimension.kind === 'integers';
  const steps = isWhole
    ? high - low <= 6
      ? Array.from({ length: high - low + 1 }, (_, at) => low + at)
      : [low, Math.round(middle), high]
    : [low, middle, high];
  return {
    name,
    place: ({ parameters }) => spread(Number(parameters[name])),
    ticks: steps.map((value) => ({ place: spread(value), label: shortNumber(value) })),
  };
}

function metricAxis(
  { metric }: Objective,
  values: readonly number[],
  valueOf: (trial: Trial) => number,
): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const spread = (value: number): number => (high > low ? (value - low) / (high - low) : 0.5);
  const ticks = high > low ? [low, (low + high) / 2, high] : [low];
  return {
    name: metric,
    place: (trial) => spread(valueOf(trial)),
    ticks: ticks.map((value) => ({ place: spread(value), label: value.toFixed(3) })),
  };
}

function shortNumber(value: number): string {
  const short = Number(value.toPrecision(2));
  return short !== 0 && Math.abs(short) < 0.001 ? short.toExponential() : String(short);
}

function parallelCoordinates(
  axes: readonly Axis[],
  trials: readonly Trial[],
  lookOf: (trial: Trial) => Look,
): Html {
  const names = axes.map(({ name }) => name);
  const points = trials.flatMap((trial) =>
    axes.map(({ name, place }) => ({ name, place: place(trial), trial: trial.number, look: lookOf(trial) })),
  );
  const lines = (look: Look, strokeWidth: number, strokeOpacity: number): Plot.Markish =>
    Plot.line(
      points.filter((point) => point.look === look),
      { x: 'name', y: 'place', z: 'trial', stroke: looks[look].colour, strokeWidth, strokeOpacity },
    );
  return draw('Parallel coordinates of all trials', {
    width: 960,
    height: 360,
    marginLeft: 60,
    marginRight: 60,
    marginTop: 36,
    marginBottom: 14,
    x: { type: 'point', domain: names, axis: null },
    y: { domain: [0, 1], axis: null },
    marks: [
      Plot.ruleX(names, { stroke: colours.muted, strokeOpacity: 0.5 }),
      lines('stopped', 1, 0.6),
      lines('done', 1.5, 0.75),
      lines('best', 3, 1),
      Plot.text(
        axes.flatMap(({ name, ticks }) => ticks.map((tick) => ({ name, ...tick }))),
        {
          x: 'name',
          y: 'place',
          text: ({ label }: { label: string }) => shortened(label, 14),
          dx: 6,
          textAnchor: 'start',
          fill: 'currentColor',
          stroke: 'var(--plot-background)',
          strokeWidth: 4,
        },
      ),
      Plot.text(names, {
        x: (name: string) => name,
        y: 1,
        dy: -18,
        text: (name: string) => shortened(name, 18),
        fontWeight: 'bold',
        fill: 'currentColor',
      }),
    ],
  });
}

function againstMetric(
  axis: Axis,
  trials: readonly Trial[],
  valueOf: (trial: Trial) => number,
  lookOf: (trial: Trial) => Look,
  { metric }: Objective,
): Html {
  const points = trials.map((trial) => ({ x: axis.place(trial), y: valueOf(trial), look: lookOf(trial) }));
  return figure(
    { title: `${metric} against ${axis.name}` },
    draw(`${metric} against ${axis.name}`, {
      x: {
        label: axis.name,
        domain: [-0.05, 1.05],
        ticks: axis.ticks.map(({ place }) => place),
        tickFormat: (place: number) => axis.ticks.find((tick) => tick.place === place)?.label ?? '',
      },
      y: { label: metric, grid: true, nice: true },
      marks: [
        Plot.dot(points, { x: 'x', y: 'y', r: 4, fill: ({ look }: { look: Look }) => looks[look].colour }),
      ],
    }),
  );
}

function trialRows(
  trials: readonly Trial[],
  best: readonly Trial[],
  valueOf: (trial: Trial) => number,
  { metric }: Objective,
): Html {
  const names = Object.keys(trials[0]?.parameters ?? {});
  const failed = trials.filter(({ status }) => status === 'failed');
  return html`<table>
    <thead>
      <tr>
        <th>trial</th>
        <th>${metric}</th>
        <th>passes</th>
        ${names.map((name) => html`<th>${name}</th>`)}
        <th>seconds</th>
        <th>ended</th>
      </tr>
    </thead>
    <tbody>
      ${[...best, ...failed].map(
        (trial) =>
          html`<tr>
            <td>${trial.number}</td>
            <td>${Number.isFinite(valueOf(trial)) ? valueOf(trial).toFixed(4) : ''}</td>
            <td>${trial.epochs.length}</td>
            ${names.map((name) => html`<td class="outside">${trial.parameters[name]}</td>`)}
            <td>${trial.seconds.toFixed(1)}</td>
            <td class="outside">${trial.message ?? (trial.status === 'done' ? 'at its end' : 'early')}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
