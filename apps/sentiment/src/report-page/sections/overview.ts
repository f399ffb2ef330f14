import type { Report } from '../../report/format.js';
import { html, type Html } from '../html.js';
import { decimals, duration } from '../numbers.js';
import type { TrainingFacts } from './run-facts.js';

/** A figure that stands out. */
interface Card {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
}

function interval([low, high]: readonly [number, number]): string {
  return `95 % interval ${decimals(low)} to ${decimals(high)}`;
}

function reportCards(report: Report, of: string): Card[] {
  const examples = `${report.examples} examples`;
  switch (report.kind) {
    case 'classification':
      return [
        { name: `${of} accuracy`, value: decimals(report.accuracy), note: interval(report.interval) },
        { name: `${of} macro F1`, value: decimals(report.macroF1), note: examples },
      ];
    case 'multi-label':
      return [
        { name: `${of} exact match`, value: decimals(report.exactMatch), note: interval(report.interval) },
        { name: `${of} micro F1`, value: decimals(report.microF1), note: examples },
        { name: `${of} macro F1`, value: decimals(report.macroF1) },
      ];
    case 'regression':
      return [
        { name: `${of} mean squared error`, value: decimals(report.meanSquaredError), note: examples },
        { name: `${of} Pearson`, value: decimals(report.pearson) },
        { name: `${of} Spearman`, value: decimals(report.spearman) },
        { name: `${of} R²`, value: decimals(report.r2) },
      ];
  }
}

function trainingCards({ history, trainingSeconds, examples }: TrainingFacts): Card[] {
  const epochs = history.epoch.length;
  return [
    {
      name: 'training',
      value: duration(trainingSeconds),
      note: `${history.steps} steps, ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}${history.ended === 'stopped' ? ', stopped early' : ''}`,
    },
    {
      name: 'examples',
      value: String(examples.train),
      note: `and ${examples.valid} for validation, ${examples.test} for the test`,
    },
  ];
}

/** The figures that count, at a glance. */
export function overviewSection(report: Report, of: string, training: TrainingFacts | undefined): Html {
  const cards = [...reportCards(report, of), ...(training ? trainingCards(training) : [])];
  return html`<dl class="cards">
    ${cards.map(
      ({ name, value, note }) =>
        html`<div class="card">
          <dt>${name}</dt>
          <dd>${value}${note !== undefined && html`<small>${note}</small>`}</dd>
        </div>`,
    )}
  </dl> `;
}
