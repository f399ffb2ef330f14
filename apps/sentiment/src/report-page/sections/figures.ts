import type { Figure } from '../../report/figures.js';
import type { Report } from '../../report/format.js';
import type { ClassScores } from '../../report/statistics.js';
import { html, type Html } from '../html.js';
import { decimals } from '../numbers.js';

/** Classes that the table has at most. */
const mostClasses = 200;

function figureTable(figures: readonly Figure[]): Html {
  const rows = figures.map(
    ({ name, value, interval }) =>
      html`<tr>
        <td>${name}</td>
        <td>${decimals(value)}</td>
        <td>${decimals(interval?.[0])}</td>
        <td>${decimals(interval?.[1])}</td>
      </tr>`,
  );
  const head = html`<tr>
    <th>figure</th>
    <th>value</th>
    <th>from</th>
    <th>to</th>
  </tr>`;
  return html`<figure>
    <figcaption>
      <h3>Further figures</h3>
      <p>With the bounds of their 95 % bootstrap intervals.</p>
    </figcaption>
    <table>
      <thead>
        ${head}
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </figure>`;
}

function classTable(classes: readonly ClassScores[]): Html {
  const rows = classes.slice(0, mostClasses).map(
    ({ name, precision, recall, f1, support }) =>
      html`<tr>
        <td class="outside">${name}</td>
        <td>${decimals(precision)}</td>
        <td>${decimals(recall)}</td>
        <td>${decimals(f1)}</td>
        <td>${support}</td>
      </tr>`,
  );
  const head = html`<tr>
    <th>class</th>
    <th>precision</th>
    <th>recall</th>
    <th>F1</th>
    <th>examples</th>
  </tr>`;
  const more = classes.length > mostClasses && html`<p>The first ${mostClasses} of ${classes.length}.</p>`;
  return html`<figure>
    <figcaption>
      <h3>Classes</h3>
      ${more}
    </figcaption>
    <div class="wide">
      <table>
        <thead>
          ${head}
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </figure>`;
}

/** Classes up to which their table fits among the charts. */
const fewClasses = 4;

/** Tables of figures and classes: small ones to stand among the charts, large ones for a row of their own. */
export function figureTables(report: Report): { readonly among?: Html; readonly below?: Html } {
  const figures = report.figures.length > 0 && figureTable(report.figures);
  if (report.kind === 'regression') return { among: html`${figures}` };
  const tables = html`${classTable(report.classes)}${figures}`;
  if (report.classes.length <= fewClasses) return { among: html`<div class="stack">${tables}</div>` };
  return { below: html`<div class="grid below">${tables}</div>` };
}
