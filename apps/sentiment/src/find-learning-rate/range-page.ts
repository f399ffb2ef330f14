import * as Plot from '@observablehq/plot';
import type { LearningRateSuggestion } from '@bertune/train';

import { html, type Html } from '../report-page/html.js';
import { decimals, duration, smallTick } from '../report-page/numbers.js';
import { pageOf } from '../report-page/page.js';
import { draw, figure } from '../report-page/plot.js';
import { runFactsSection } from '../report-page/sections/run-facts.js';
import { colours } from '../report-page/theme.js';
import { caveats } from './describe-range.js';
import { endingOf, type RangeRecord, shortRate } from './range-record.js';

const looks = {
  loss: { colour: colours.muted, name: 'loss of a step', as: 'block' },
  smoothed: { colour: colours.first, name: 'smoothed' },
  steepest: { colour: colours.second, name: 'steepest descent' },
  tenth: { colour: 'var(--c3)', name: 'a tenth of the learning rate at the lowest', as: 'dashed' },
} as const;

/** A range test as one HTML file that needs no other: no script, no picture, nothing from the network. */
export function rangePage(record: RangeRecord, title: string): string {
  const { suggestion, seconds } = record;
  const body = html`<header>
      <h1 class="outside">${title}</h1>
      <p class="muted">Range test of the learning rate: ${endingOf(record)}, in ${duration(seconds)}</p>
    </header>
    ${suggestion && cards(record, suggestion)} ${caveats(record).map((caveat) => html`<p>${caveat}</p>`)}
    <h2>The curve</h2>
    ${figure(
      {
        title: 'Loss by learning rate',
        note: 'The learning rate rises by the same factor at every step; the smoothed loss is a moving average of the steps so far, so that it turns a little late. Where it rises for good, the learning rate is too high. Points above the picture are not drawn.',
        legend: [looks.loss, looks.smoothed, ...(suggestion ? [looks.steepest, looks.tenth] : [])],
      },
      curve(record),
    )}
    ${runFactsSection(record)}`;
  return pageOf(title, body);
}

function cards(record: RangeRecord, suggestion: LearningRateSuggestion): Html {
  const { steepest, slope, minimum, minimumStep, tenthOfMinimum } = suggestion;
  const card = (name: string, rate: number, note: string): Html =>
    html`<div class="card">
      <dt>${name}</dt>
      <dd>${shortRate(rate)}<small>${note}</small></dd>
    </div>`;
  return html`<dl class="cards">
    ${card('steepest descent', steepest, `${decimals(slope, 3)} for a tenfold learning rate`)}
    ${card('a tenth of the minimum', tenthOfMinimum, `${shortRate(minimum)} / 10`)}
    ${card('lowest smoothed loss', minimum, `${decimals(record.smoothedLosses[minimumStep])} at this learning rate`)}
  </dl>`;
}

function curve({ learningRates, losses, smoothedLosses, suggestion }: RangeRecord): Html {
  const points = learningRates.map((rate, step) => ({
    rate,
    loss: losses[step] ?? NaN,
    smoothed: smoothedLosses[step] ?? NaN,
  }));
  // Losses after the turn can be orders of magnitude higher: the smoothed ones are what is looked at.
  const [low, high] = [Math.min(...losses), Math.max(...smoothedLosses)];
  const room = 0.05 * (high - low || 1);
  const mark = (rate: number, colour: string, dash: string): Plot.Markish =>
    Plot.ruleX([rate], { stroke: colour, strokeWidth: 2, strokeDasharray: dash });
  return draw('Loss by learning rate, on a logarithmic axis', {
    width: 960,
    height: 420,
    marginLeft: 56,
    x: { type: 'log', label: 'learning rate', grid: true, tickFormat: smallTick, ticks: 8 },
    y: { label: 'loss', grid: true, domain: [low - room, high + room], clamp: false },
    marks: [
      ...(suggestion
        ? [
            mark(suggestion.steepest, looks.steepest.colour, 'none'),
            mark(suggestion.tenthOfMinimum, looks.tenth.colour, '6 4'),
          ]
        : []),
      Plot.dot(points, {
        x: 'rate',
        y: 'loss',
        r: 2.5,
        fill: looks.loss.colour,
        fillOpacity: 0.7,
        clip: true,
      }),
      Plot.lineY(points, { x: 'rate', y: 'smoothed', stroke: looks.smoothed.colour, strokeWidth: 2.5 }),
    ],
  });
}
