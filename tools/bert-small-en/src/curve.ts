import { readFileSync } from 'node:fs';

/** What was seen and lost up to a step. */
export interface CurvePoint {
  readonly step: number;
  /** tokens trained on, all steps together */
  readonly tokens: number;
  /** mean since the point before */
  readonly loss: number;
}

/** A training as its log tells it. */
export interface Curve {
  readonly points: readonly CurvePoint[];
  /** optimizer steps */
  readonly steps: number;
  /** tokens trained on */
  readonly tokens: number;
  /** first and last line, ISO 8601 */
  readonly from: string;
  readonly to: string;
}

interface StepLine {
  readonly event: string;
  readonly time: string;
  readonly step: number;
  readonly loss: number;
  readonly tokens: number;
}

/**
 * Reads `log.jsonl` of `sentiment pretrain`; of steps that were done again after a cut, the last line counts.
 * @param upTo steps that count: the weights may be older than the log
 * @param count points of the curve
 */
export function readCurve(file: string, upTo = Infinity, count = 200): Curve {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as StepLine)
    .filter(({ event, step }) => event === 'step' && step < upTo);
  const steps = [...new Map(lines.map((line) => [line.step, line])).values()].sort((a, b) => a.step - b.step);
  if (steps.length === 0) throw new Error(`${file}: expected lines of steps, found none.`);
  const size = Math.max(1, Math.ceil(steps.length / count));
  const points: CurvePoint[] = [];
  let tokens = 0;
  for (let at = 0; at < steps.length; at += size) {
    const group = steps.slice(at, at + size);
    tokens += group.reduce((sum, line) => sum + line.tokens, 0);
    const loss = group.reduce((sum, line) => sum + line.loss, 0) / group.length;
    points.push({ step: group[group.length - 1].step + 1, tokens, loss });
  }
  const times = steps.map(({ time }) => time).sort();
  return { points, steps: steps.length, tokens, from: times[0], to: times[times.length - 1] };
}

const WIDTH = 720;
const HEIGHT = 320;
const LEFT = 56;
const TOP = 40;
const BOTTOM = 48;

/** The curve as an SVG picture for light and dark pages. */
export function drawCurve({ points, tokens }: Curve, title: string): string {
  const losses = points.map(({ loss }) => loss);
  const low = Math.floor(Math.min(...losses));
  const high = Math.ceil(Math.max(...losses));
  const x = (value: number): string => (LEFT + ((WIDTH - LEFT - 16) * value) / tokens).toFixed(1);
  const y = (loss: number): string =>
    (HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (loss - low)) / (high - low)).toFixed(1);
  const millions = tokens / 1e6;
  const step = [1, 2, 5, 10, 20, 50, 100].find((size) => millions / size <= 8) ?? 200;
  const ticks = Array.from({ length: Math.floor(millions / step) + 1 }, (_, at) => at * step);
  const levels = Array.from({ length: high - low + 1 }, (_, at) => low + at);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-weight:600;fill:#24292f}.grid{stroke:#d0d7de}.line{stroke:#0072b2;stroke-width:2;fill:none}@media(prefers-color-scheme:dark){text{fill:#9198a1}.title{fill:#e6edf3}.grid{stroke:#3d444d}.line{stroke:#56b4e9}}</style>',
    `<text class="title" x="${LEFT}" y="20">${title}</text>`,
    ...levels.map(
      (level) =>
        `<path class="grid" d="M${LEFT} ${y(level)}H${WIDTH - 16}"/><text x="${LEFT - 8}" y="${Number(y(level)) + 4}" text-anchor="end">${level}</text>`,
    ),
    ...ticks.map(
      (tick) => `<text x="${x(tick * 1e6)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${tick}</text>`,
    ),
    `<text x="${WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">million tokens</text>`,
    `<path class="line" d="M${points.map((point) => `${x(point.tokens)} ${y(point.loss)}`).join('L')}"/>`,
    '</svg>',
  ].join('\n')}\n`;
}
