import { describe, expect, it } from '@jest/globals';
import type { History } from '@bertune/train';
import { parseHTML } from 'linkedom';

import { classScoresChart } from '../../src/report-page/charts/class-scores.js';
import { confusionChart } from '../../src/report-page/charts/confusion.js';
import { lengthErrorChart, lengthGroups } from '../../src/report-page/charts/length-error.js';
import { rankingCharts } from '../../src/report-page/charts/ranking.js';
import { regressionCharts } from '../../src/report-page/charts/regression.js';
import { reliabilityChart } from '../../src/report-page/charts/reliability.js';
import { trainingCharts } from '../../src/report-page/charts/training.js';
import type { Html } from '../../src/report-page/html.js';
import { smallTick, smoothed, thinned } from '../../src/report-page/numbers.js';
import { evaluationOf, manyClasses, multiLabel, twoClasses, values } from '../helpers/evaluations.js';

/** A figure as elements. */
function parsed({ markup }: Pick<Html, 'markup'>): Element {
  const figure = parseHTML(`<!doctype html><html><body>${markup}</body></html>`).document.querySelector(
    'figure',
  );
  if (!figure) throw new Error(`no figure in ${markup.slice(0, 80)}`);
  return figure;
}

const titleOf = (chart: Html): string => parsed(chart).querySelector('h3')?.textContent ?? '';
const textsOf = (element: Element, selector: string): string[] =>
  [...element.querySelectorAll(selector)].map(({ textContent }) => textContent);

/** Corners of the drawn lines, on scales from 0 to 1 that the given ends have. */
function linesOf(figure: Element): { readonly x: number; readonly y: number }[][] {
  return [...figure.querySelectorAll('[aria-label="line"] path')].map((path) =>
    (path.getAttribute('d') ?? '')
      .split(/[ML]/)
      .filter((part) => part !== '')
      .map((part) => {
        const [x = NaN, y = NaN] = part.split(',').map(Number);
        return { x, y };
      }),
  );
}

/** Area under a line of a chart of shares, whose dashed diagonal shows the scales. */
function areaUnder(
  line: readonly { readonly x: number; readonly y: number }[],
  diagonal: typeof line,
): number {
  const [from, to] = [diagonal[0], diagonal.at(-1)];
  if (!from || !to) return NaN;
  let area = 0;
  for (const [at, point] of line.entries()) {
    const before = line[at - 1];
    if (!before) continue;
    const width = (point.x - before.x) / (to.x - from.x);
    area += (width * (before.y + point.y - 2 * from.y)) / 2 / (to.y - from.y);
  }
  return area;
}

describe('confusion matrix', () => {
  it('has the counts in rows of truth, and says them in words', () => {
    const { report } = twoClasses();
    if (report.kind !== 'classification') throw new Error(report.kind);
    const figure = parsed(confusionChart(report));
    expect(textsOf(figure, '[aria-label="text"] text')).toEqual(['3', '1', '1', '3']);
    expect(textsOf(figure, 'title')).toContain('no taken for yes: 1 (25.0 %)');
    const shades = [...figure.querySelectorAll('rect')].map((cell) =>
      Number(cell.getAttribute('fill-opacity')),
    );
    expect(shades[0]).toBeCloseTo(0.04 + 0.86 * 0.75, 6);
    expect(shades[1]).toBeCloseTo(0.04 + 0.86 * 0.25, 6);
  });

  it('has the truth down the side, the guess along the foot', () => {
    const { report } = twoClasses();
    if (report.kind !== 'classification') throw new Error(report.kind);
    const figure = parsed(
      confusionChart({
        ...report,
        confusion: [
          [10, 20],
          [30, 40],
        ],
      }),
    );
    const places = [...figure.querySelectorAll('[aria-label="text"] text')].map((text) => {
      const [x = NaN, y = NaN] = (text.getAttribute('transform')?.match(/[\d.]+/g) ?? []).map(Number);
      return { count: text.textContent, x, y };
    });
    const inRows = places.sort((a, b) => a.y - b.y || a.x - b.x).map(({ count }) => count);
    expect(inRows).toEqual(['10', '20', '30', '40']);
  });

  it('keeps classes apart whose names are shortened to the same', () => {
    const names = Array.from({ length: 10 }, (_, at) => `a long name of a class, number ${at}`);
    const { report } = manyClasses(names);
    if (report.kind !== 'classification') throw new Error(report.kind);
    expect(parsed(confusionChart(report)).querySelectorAll('rect')).toHaveLength(100);
  });

  it('of very many classes lists the commonest confusions', () => {
    const { report } = twoClasses();
    if (report.kind !== 'classification') throw new Error(report.kind);
    const score = { precision: 1, recall: 1, f1: 1, support: 4 };
    const classes = Array.from({ length: 40 }, (_, at) => ({ name: `class ${at}`, ...score }));
    // All are right, but four of class 39 and one of class 7.
    const confusion = classes.map((_, truth) =>
      classes.map((_, guess) => (truth === 39 ? (guess === 0 ? 4 : 0) : Number(truth === guess) * 4)),
    );
    confusion[7]?.splice(8, 1, 1);
    const figure = parsed(confusionChart({ ...report, classes, confusion }));
    expect(figure.querySelector('svg')).toBeNull();
    expect([...figure.querySelectorAll('tbody tr')].map((row) => textsOf(row, 'td'))).toEqual([
      ['class 39', 'class 0', '4', '100.0 %'],
      ['class 7', 'class 8', '1', '20.0 %'],
    ]);
  });
});

describe('ROC and precision-recall', () => {
  it('draws the curve whose area it names', () => {
    const [roc, precision] = rankingCharts(twoClasses());
    if (!roc || !precision) throw new Error('no charts');
    const figure = parsed(roc);
    expect(textsOf(figure, '.legend li')).toEqual(['yes: area 0.750']); // 12 of 16 pairs in order
    const [diagonal = [], line = []] = linesOf(figure);
    expect(areaUnder(line, diagonal)).toBeCloseTo(0.75, 2);
    expect(textsOf(parsed(precision), '.legend li')).toEqual(['yes: average precision 0.679']);
  });

  it('draws a curve for each of several classes, eight at most, and none for one that is not there', () => {
    const names = Array.from({ length: 12 }, (_, at) => `class ${at}`);
    const [roc] = rankingCharts(manyClasses(names));
    expect(roc && linesOf(parsed(roc))).toHaveLength(9); // with the diagonal
    const onlyOne = evaluationOf(
      { task: 'single-label', names: ['a', 'b'] },
      [[0], [0]],
      [0.9, 0.1, 0.6, 0.4],
    );
    expect(rankingCharts(onlyOne)).toEqual([]);
    const labels = rankingCharts(multiLabel()).map((chart) => textsOf(parsed(chart), '.legend li').length);
    expect(labels).toEqual([3, 3]);
  });

  it('stays small, and true, with many examples', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => (Math.sin(at * 12.9898) + 1) / 2);
    const truth = many.map((score, at) => [Number(Math.cos(at * 78.233) / 2 + 0.5 < score)]);
    const [roc] = rankingCharts({
      ...twoClasses(),
      examples: truth.map((target) => ({ text: '', target })),
      scores: many.flatMap((one) => [1 - one, one]),
    });
    if (!roc) throw new Error('no chart');
    expect(roc.markup.length).toBeLessThan(20_000);
    const figure = parsed(roc);
    const [diagonal = [], line = []] = linesOf(figure);
    const named = Number(/area ([\d.]+)/.exec(textsOf(figure, '.legend li')[0] ?? '')?.[1]);
    expect(areaUnder(line, diagonal)).toBeCloseTo(named, 2);
  });
});

describe('reliability diagram', () => {
  it('has a dot for each bin that has predictions, and the calibration error', () => {
    const figure = parsed(reliabilityChart(twoClasses()));
    expect(textsOf(figure, 'circle title')).toHaveLength(4); // 0.6 and 0.7, 0.8, 0.9
    expect(figure.querySelector('figcaption p')?.textContent).toContain('Calibration error');
    expect(figure.querySelectorAll('svg')).toHaveLength(2);
    expect(
      parsed(reliabilityChart(multiLabel())).querySelectorAll('svg')[1]?.getAttribute('aria-label'),
    ).toBe('Number of decisions by confidence');
  });
});

describe('length and error', () => {
  it('groups like lengths, about as many each, and never splits one', () => {
    const groups = lengthGroups([9, 3, 3, 3, 3, 5, 6, 7], 4);
    expect(groups.map(({ from, to, members }) => [from, to, members.length])).toEqual([
      [3, 3, 4],
      [5, 6, 2],
      [7, 9, 2],
    ]);
    expect(groups[0]?.members).toEqual([1, 2, 3, 4]);
    expect(lengthGroups([])).toEqual([]);
    expect(lengthGroups([4, 4, 4])).toEqual([{ from: 4, to: 4, members: [0, 1, 2] }]);
    const all = lengthGroups(Array.from({ length: 100 }, (_, at) => (at * 37) % 50));
    expect(all).toHaveLength(6);
    expect(all.flatMap(({ members }) => members).sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
  });

  it('says the share of wrong examples of each group, or how far values are off', () => {
    const shares = textsOf(parsed(lengthErrorChart(twoClasses())), 'rect title');
    expect(shares).toContain('6–7 tokens: 0.500 of 2 examples'); // of examples 2 and 3 the latter is wrong
    const distances = textsOf(parsed(lengthErrorChart(values())), 'rect title');
    expect(distances).toHaveLength(5);
    expect(distances[3]).toBe('10–11 tokens: 0.825 of 4 examples'); // 3 and three times 0.1
  });
});

describe('other charts', () => {
  it('draws values against the truth, and their errors', () => {
    const [scatter, errors] = regressionCharts(values());
    if (!scatter || !errors) throw new Error('no charts');
    expect(parsed(scatter).querySelectorAll('circle')).toHaveLength(20);
    expect(parsed(errors).querySelectorAll('rect').length).toBeGreaterThanOrEqual(2);
    expect(regressionCharts(evaluationOf({ task: 'regression', names: [] }, [], []))).toEqual([]);
  });

  it('draws three scores a label', () => {
    const { report } = multiLabel();
    if (report.kind !== 'multi-label') throw new Error(report.kind);
    const titles = textsOf(parsed(classScoresChart(report.classes)), 'svg title');
    expect(titles).toHaveLength(9);
    expect(titles).toContain('a: precision 0.667');
  });
});

describe('curves of a training', () => {
  const history: History = {
    epoch: [0, 1],
    history: { loss: [0.7, 0.5], val_loss: [0.6, NaN], val_accuracy: [0.5, 0.75], learningRate: [1, 0] },
    losses: Array.from({ length: 2000 }, (_, at) => (at === 5 ? Infinity : 1 / (1 + at))),
    learningRates: Array.from({ length: 2000 }, (_, at) => 5e-5 * (1 - at / 2000)),
    gradientNorms: [],
    steps: 2000,
    ended: 'completed',
  };

  it('has one for each series that there is, and is small for long ones', () => {
    const charts = trainingCharts(history);
    expect(charts.map(titleOf)).toEqual([
      'Loss by epoch',
      'Validation accuracy by epoch',
      'Loss of each step',
      'Learning rate',
    ]);
    for (const { markup } of charts) {
      expect(markup.length).toBeLessThan(30_000);
      expect(markup).not.toMatch(/NaN|Infinity|⚠/);
    }
  });

  it('has none of what a run without a whole epoch lacks', () => {
    const begun = { ...history, epoch: [], history: {}, losses: [0.5], learningRates: [1e-3], steps: 1 };
    expect(trainingCharts(begun)).toEqual([]);
  });
});

describe('series', () => {
  it('thins by means, each at the middle of what it stands for', () => {
    expect(thinned([1, 2, 3, 4, 5, 6], 3)).toEqual({ at: [1.5, 3.5, 5.5], values: [1.5, 3.5, 5.5] });
    expect(thinned([4, 2], 5)).toEqual({ at: [1, 2], values: [4, 2] });
    expect(thinned([], 5)).toEqual({ at: [], values: [] });
  });

  it('smooths without a bias towards 0, and passes over what is no number', () => {
    expect(smoothed([3, 3, 3], 4)).toEqual([3, 3, 3]);
    const [first, gap, last = NaN] = smoothed([1, NaN, 2], 2);
    expect([first, gap]).toEqual([1, NaN]);
    expect(last).toBeCloseTo(5 / 3, 12);
  });

  it('writes small numbers as people do', () => {
    expect([0, 5e-5, 0.0001, 0.002, 1].map(smallTick)).toEqual(['0', '5e-5', '1e-4', '0.002', '1']);
  });
});
