import type { Summary } from './summary.js';

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 56;
const RIGHT = 190;
const TOP = 40;
const BOTTOM = 48;
/** Of labels at the ends of lines, so that they do not overlap. */
const LABEL_HEIGHT = 18;

/** Colours that people with any colour vision tell apart (Okabe and Ito), for light and dark pages, and marks. */
const STYLES = [
  { light: '#0072b2', dark: '#56b4e9', mark: 'circle' },
  { light: '#d55e00', dark: '#e69f00', mark: 'square' },
  { light: '#00795a', dark: '#2ec4a0', mark: 'diamond' },
  { light: '#8a4f77', dark: '#e39ac6', mark: 'triangle' },
] as const;

/**
 * Accuracy over the number of training examples as an SVG picture, with the intervals of the means; readable on light and
 * dark pages.
 */
export function plot(summaries: readonly Summary[], title: string): string {
  const sizes = summaries.map(({ examples }) => examples);
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  const bounds = summaries.flatMap(({ mean, margin }) => [mean - (margin || 0), mean + (margin || 0)]);
  const low = Math.max(0, Math.floor(Math.min(...bounds) * 20) / 20);
  const high = Math.min(1, Math.ceil(Math.max(...bounds) * 20) / 20);
  const x = (examples: number): number =>
    LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(examples / smallest)) / (Math.log(largest / smallest) || 1);
  const y = (accuracy: number): number =>
    HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (accuracy - low)) / (high - low || 1);
  const starts = [...new Set(summaries.map(({ start }) => start))];
  const lines = starts.map((start) =>
    summaries.filter((each) => each.start === start).sort((a, b) => a.examples - b.examples),
  );
  const labels = spreadOut(lines.map((line) => y(line.at(-1)?.mean ?? low)));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `<style>${styles(starts.length)}</style>`,
    `<text class="title" x="${LEFT}" y="20">${escaped(title)}</text>`,
    ...ticks(low, high).map(
      (tick) =>
        `<path class="grid" d="M${LEFT} ${r(y(tick))}H${WIDTH - RIGHT}"/><text class="tick" x="${LEFT - 8}" y="${r(y(tick) + 4)}" text-anchor="end">${(100 * tick).toFixed(0)} %</text>`,
    ),
    ...[...new Set(sizes)].map(
      (size) =>
        `<path class="grid" d="M${r(x(size))} ${HEIGHT - BOTTOM}v5"/><text class="tick" x="${r(x(size))}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${size.toLocaleString('en')}</text>`,
    ),
    `<text class="tick" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">training examples</text>`,
    ...lines.flatMap((line, at) => drawn(line, at, x, y)),
    ...lines.map(
      (_line, at) =>
        `<text class="label s${at}" x="${WIDTH - RIGHT + 14}" y="${r(labels[at] + 4)}">${escaped(starts[at])}</text>`,
    ),
    '</svg>',
  ].join('\n')}\n`;
}

function drawn(
  line: readonly Summary[],
  at: number,
  x: (examples: number) => number,
  y: (accuracy: number) => number,
): string[] {
  const points = line.map(({ examples, mean }) => `${r(x(examples))} ${r(y(mean))}`);
  return [
    `<path class="line s${at}" d="M${points.join('L')}"/>`,
    ...line.flatMap(({ examples, mean, margin }) => [
      ...(Number.isNaN(margin)
        ? []
        : [
            `<path class="bar s${at}" d="M${r(x(examples))} ${r(y(mean - margin))}V${r(y(mean + margin))}"/>`,
          ]),
      mark(STYLES[at % STYLES.length].mark, x(examples), y(mean), at),
    ]),
  ];
}

function mark(kind: (typeof STYLES)[number]['mark'], cx: number, cy: number, at: number): string {
  const paths = {
    circle: 'm-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
    square: 'm-4 -4h8v8h-8z',
    diamond: 'm0 -5l5 5l-5 5l-5 -5z',
    triangle: 'm0 -5l5 9h-10z',
  };
  return `<path class="mark s${at}" d="M${r(cx)} ${r(cy)}${paths[kind]}"/>`;
}

function styles(count: number): string {
  const colors = (theme: 'light' | 'dark'): string =>
    Array.from({ length: count }, (_, at) => {
      const color = STYLES[at % STYLES.length][theme];
      return `.s${at}{stroke:${color}}.label.s${at},.mark.s${at}{fill:${color}}`;
    }).join('');
  return [
    'text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.tick{fill:#57606a}',
    '.grid{stroke:#d0d7de;fill:none}.line{stroke-width:2;fill:none}.bar{stroke-width:1.5;fill:none}',
    '.label{font-weight:600;stroke:none!important}',
    colors('light'),
    `@media(prefers-color-scheme:dark){text{fill:#e6edf3}.tick{fill:#9198a1}.grid{stroke:#3d444d}${colors('dark')}}`,
  ].join('');
}

/** Every five hundredths, or every ten where there are many. */
function ticks(low: number, high: number): number[] {
  const step = high - low > 0.3 ? 0.1 : 0.05;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

/** Moves heights that are too close apart, in their order. */
function spreadOut(heights: readonly number[]): number[] {
  const order = [...heights.keys()].sort((a, b) => heights[a] - heights[b]);
  const result = [...heights];
  for (const [place, at] of order.entries()) {
    if (place > 0) result[at] = Math.max(result[at], result[order[place - 1]] + LABEL_HEIGHT);
  }
  return result;
}

const r = (value: number): number => Math.round(value * 10) / 10;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
