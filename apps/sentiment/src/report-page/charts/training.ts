import * as Plot from '@observablehq/plot';
import type { History } from '@bertune/train';

import type { Html } from '../html.js';
import { smallTick, smoothed, thinned } from '../numbers.js';
import { draw, figure, shortened } from '../plot.js';
import { colours } from '../theme.js';

/** Points of a line at most: more than a chart has pixels for would only make the file large. */
const mostPoints = 400;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Values that can be drawn, at their places. */
function points(xs: readonly number[], ys: readonly number[]): Point[] {
  return xs.map((x, at) => ({ x, y: ys[at] ?? NaN })).filter(({ y }) => Number.isFinite(y));
}

function byEpoch({ epoch, history }: History, name: string): Point[] {
  return points(
    epoch.map((index) => index + 1),
    history[name] ?? [],
  );
}

function curve(data: readonly Point[], stroke: string): Plot.Markish[] {
  return [
    Plot.lineY(data, { x: 'x', y: 'y', stroke, strokeWidth: 2 }),
    Plot.dot(data, { x: 'x', y: 'y', fill: stroke, r: data.length > 40 ? 0 : 3 }),
  ];
}

/** Whole epochs as ticks, of a long run some of them. */
function epochAxis({ epoch }: History): Plot.ScaleOptions {
  const last = (epoch.at(-1) ?? 0) + 1;
  const every = Math.max(1, Math.ceil(last / 12));
  return {
    label: 'epoch',
    ticks: Array.from({ length: Math.floor(last / every) }, (_, at) => (at + 1) * every),
    tickFormat: 'd',
    domain: [1, Math.max(2, last)],
  };
}

function lossByEpoch(history: History): Html | undefined {
  const [train, valid] = [byEpoch(history, 'loss'), byEpoch(history, 'val_loss')];
  if (train.length === 0) return undefined;
  return figure(
    {
      title: 'Loss by epoch',
      note: 'While it trains, dropout on, and on the validation examples after each epoch.',
      legend: [
        { name: 'training', colour: colours.first },
        ...(valid.length > 0 ? [{ name: 'validation', colour: colours.second }] : []),
      ],
    },
    draw('Loss of training and validation by epoch', {
      x: epochAxis(history),
      y: { label: 'loss', zero: true, grid: true, nice: true },
      marks: [...curve(train, colours.first), ...curve(valid, colours.second)],
    }),
  );
}

/** Name of a metric without what says on which examples. */
function metricName(key: string): string {
  return key.replace(/^val_/, '').replaceAll('_', ' ');
}

function metricsByEpoch(history: History): Html[] {
  const keys = Object.keys(history.history).filter((key) => key.startsWith('val_') && key !== 'val_loss');
  return keys.flatMap((key) => {
    const data = byEpoch(history, key);
    if (data.length === 0) return [];
    return figure(
      { title: `Validation ${metricName(key)} by epoch` },
      draw(`Validation ${metricName(key)} by epoch`, {
        x: epochAxis(history),
        y: { label: shortened(metricName(key), 30), grid: true, nice: true },
        marks: curve(data, colours.second),
      }),
    );
  });
}

/** Label of an axis of steps; a run that was continued may know its later steps alone. */
const step = 'step';

/** A line as it is, faint, and smoothed. */
function noisy(data: readonly Point[]): Plot.Markish[] {
  const smooth = smoothed(
    data.map(({ y }) => y),
    data.length / 20,
  );
  const line = data.map(({ x }, at) => ({ x, y: smooth[at] }));
  return [
    Plot.lineY(data, { x: 'x', y: 'y', stroke: colours.first, strokeOpacity: 0.3, strokeWidth: 1 }),
    Plot.lineY(line, { x: 'x', y: 'y', stroke: colours.first, strokeWidth: 2 }),
  ];
}

function lossByStep({ losses, steps }: History): Html | undefined {
  const { at, values } = thinned(losses, mostPoints);
  const xs = at.map((place) => place + steps - losses.length);
  const raw = points(xs, values);
  if (raw.length < 2) return undefined;
  return figure(
    {
      title: 'Loss of each step',
      note: `${losses.length > mostPoints ? 'Means of a few steps' : 'As computed'}, and smoothed.`,
    },
    draw('Training loss by step', {
      x: { label: step, nice: true },
      y: { label: 'loss', grid: true, zero: true, nice: true },
      marks: noisy(raw),
    }),
  );
}

/** Learning rate or norm of the gradients, where a run has them. */
function seriesByStep(
  { steps }: History,
  series: readonly number[],
  {
    title,
    label,
    note,
    isNoisy,
  }: { readonly title: string; readonly label: string; readonly note?: string; readonly isNoisy: boolean },
): Html | undefined {
  const { at, values } = thinned(series, mostPoints);
  const data = points(
    at.map((place) => place + steps - series.length),
    values,
  );
  if (data.length < 2) return undefined;
  return figure(
    { title, ...(note !== undefined && { note }) },
    draw(`${title} by step`, {
      marginLeft: 52,
      x: { label: step, nice: true },
      y: { label, grid: true, zero: true, nice: true, tickFormat: smallTick },
      marks: isNoisy
        ? noisy(data)
        : [Plot.lineY(data, { x: 'x', y: 'y', stroke: colours.first, strokeWidth: 2 })],
    }),
  );
}

/** Charts of how a training went: losses, the metric, the learning rate, the gradients. */
export function trainingCharts(history: History): Html[] {
  return [
    lossByEpoch(history),
    ...metricsByEpoch(history),
    lossByStep(history),
    seriesByStep(history, history.learningRates, {
      title: 'Learning rate',
      label: 'learning rate',
      isNoisy: false,
    }),
    seriesByStep(history, history.gradientNorms, {
      title: 'Norm of the gradients',
      label: 'norm',
      isNoisy: true,
      note: 'Of all parameters together, before clipping; as computed, and smoothed.',
    }),
  ].filter((chart) => chart !== undefined);
}
