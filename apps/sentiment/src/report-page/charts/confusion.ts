import * as Plot from '@observablehq/plot';

import type { ClassificationReport } from '../../report/classification.js';
import { html, type Html } from '../html.js';
import { percent } from '../numbers.js';
import { draw, figure, shortened } from '../plot.js';
import { colours } from '../theme.js';

/** Classes that a drawn matrix has at most; of more, the commonest confusions are listed. */
const mostClasses = 24;

/** Classes up to which the counts fit into the cells. */
const mostNumbers = 12;

interface Cell {
  readonly truth: string;
  readonly guess: string;
  readonly count: number;
  /** Of the examples of that truth. */
  readonly share: number;
}

function cellsOf({ confusion, classes }: ClassificationReport): Cell[] {
  return confusion.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, guess) => ({
      truth: classes[truth]?.name ?? '',
      guess: classes[guess]?.name ?? '',
      count,
      share: total === 0 ? 0 : count / total,
    }));
  });
}

function commonest(cells: readonly Cell[]): Html {
  const wrong = cells.filter(({ truth, guess, count }) => truth !== guess && count > 0);
  const rows = wrong
    .sort((a, b) => b.count - a.count)
    .slice(0, 15)
    .map(
      ({ truth, guess, count, share }) =>
        html`<tr>
          <td class="outside">${truth}</td>
          <td class="outside">${guess}</td>
          <td>${count}</td>
          <td>${percent(share)}</td>
        </tr>`,
    );
  const head = html`<tr>
    <th>truth</th>
    <th>guess</th>
    <th>examples</th>
    <th>of the class</th>
  </tr>`;
  return html`<table>
    <thead>
      ${head}
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/** Which classes are taken for which. */
export function confusionChart(report: ClassificationReport): Html {
  const cells = cellsOf(report);
  const { length } = report.classes;
  if (length > mostClasses) {
    const note = `The commonest of ${length} classes' confusions.`;
    return figure({ title: 'Confusion matrix', note }, commonest(cells));
  }
  // Long names may begin alike: the scale goes by place, its ticks by name.
  const places = report.classes.map((_, at) => at);
  const room = length > 8 ? 9 : 14;
  const names = report.classes.map(({ name }) => shortened(name, room));
  const longest = Math.max(...names.map((name) => name.length));
  const place = {
    x: (_: Cell, at: number) => at % length,
    y: (_: Cell, at: number) => Math.floor(at / length),
  };
  const tickFormat = (at: number): string => names[at] ?? '';
  const side = Math.min(400, Math.max(190, 42 * length));
  const marginLeft = 34 + 6.2 * longest;
  const tilted = length > 4 || longest > 9;
  return figure(
    {
      title: 'Confusion matrix',
      note: 'A row has all examples of a class; its shade is the share of them.',
    },
    draw('Confusion matrix', {
      width: marginLeft + side + 16,
      height: side + (tilted ? 34 + 5 * longest : 44) + 14,
      marginLeft,
      marginBottom: tilted ? 34 + 5 * longest : 44,
      padding: 0.03,
      x: {
        label: 'guess',
        domain: places,
        tickFormat,
        tickSize: 0,
        labelAnchor: 'center',
        labelArrow: 'none',
        ...(tilted && { tickRotate: -40 }),
      },
      y: {
        label: 'truth',
        domain: places,
        tickFormat,
        tickSize: 0,
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      opacity: { type: 'identity' },
      marks: [
        Plot.cell(cells, {
          ...place,
          fill: colours.first,
          fillOpacity: ({ share }: Cell) => 0.04 + 0.86 * share,
          rx: 3,
          title: ({ truth, guess, count, share }: Cell) =>
            `${truth} taken for ${guess}: ${count} (${percent(share)})`,
        }),
        ...(length > mostNumbers
          ? []
          : [
              Plot.text(cells, {
                ...place,
                text: ({ count }: Cell) => String(count),
                fill: ({ share }: Cell) => (share > 0.55 ? 'var(--surface)' : 'var(--ink)'),
                fontSize: length > 8 ? 10 : 13,
              }),
            ]),
      ],
    }),
  );
}
