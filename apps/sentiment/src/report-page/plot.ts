import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import { html, Html, type HtmlPart, printable } from './html.js';

/** Size of a chart in its own units; the page scales it to the room there is. */
const size = { width: 360, height: 250, style: { fontSize: '12px' } } as const;

/** Room at the sides of a chart for the labels of its axes. */
const margins = { marginTop: 28, marginRight: 14, marginBottom: 42, marginLeft: 46 } as const;

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/**
 * Draws a chart as an SVG element inside the page.
 * @param label what it shows, for those who do not see it
 */
export function draw(label: string, options: Plot.PlotOptions): Html {
  const svg = Plot.plot({ ...size, ...margins, document, ...options });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  return new Html(printable(svg.outerHTML)); // text and attributes are escaped by the DOM
}

/** An entry of a legend. */
export interface LegendEntry {
  /** What is drawn so. */
  readonly name: string;
  /** CSS colour. */
  readonly colour: string;
  /** How it is drawn; default a line. */
  readonly as?: 'line' | 'dashed' | 'block';
}

/** What is round a chart. */
export interface FigureParts {
  /** Heading. */
  readonly title: string;
  /** What it shows, and how to read it. */
  readonly note?: HtmlPart;
  /** What the colours mean; none where there is one only. */
  readonly legend?: readonly LegendEntry[];
}

/** A chart, or several that belong together, with heading, note and legend. */
export function figure({ title, note, legend = [] }: FigureParts, ...charts: readonly HtmlPart[]): Html {
  const entries = legend.map(({ name, colour, as = 'line' }) => {
    const how = as === 'block' ? 'background' : 'border-color';
    return html`<li><i class="${as}" style="${how}: ${colour}"></i><span class="outside">${name}</span></li>`;
  });
  return html`<figure>
    <figcaption>
      <h3>${title}</h3>
      ${note !== undefined && html`<p>${note}</p>`}
    </figcaption>
    ${
      entries.length > 0 &&
      html`<ul class="legend">
        ${entries}
      </ul>`
    }
    ${charts}
  </figure> `;
}

/** A text that fits an axis or a legend. */
export function shortened(text: string, length: number): string {
  const points = [...printable(text).replaceAll(/\s+/g, ' ').trim()];
  return points.length > length ? `${points.slice(0, length - 1).join('')}…` : points.join('');
}
