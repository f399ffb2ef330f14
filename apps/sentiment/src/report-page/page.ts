import type { ExplainedMistake } from './attribution/explain-mistakes.js';
import { classScoresChart } from './charts/class-scores.js';
import { confusionChart } from './charts/confusion.js';
import { lengthErrorChart } from './charts/length-error.js';
import { rankingCharts } from './charts/ranking.js';
import { regressionCharts } from './charts/regression.js';
import { reliabilityChart } from './charts/reliability.js';
import { trainingCharts } from './charts/training.js';
import type { Evaluation } from './evaluation.js';
import { html, type Html } from './html.js';
import { figureTables } from './sections/figures.js';
import { mistakesSection } from './sections/mistakes.js';
import { overviewSection } from './sections/overview.js';
import { type RunFacts, runFactsSection, type TrainingFacts } from './sections/run-facts.js';
import { style } from './theme.js';

/** Everything that a page shows. */
export interface PageContent {
  /** Heading. */
  readonly title: string;
  /** A line under it: the model, the task, when. */
  readonly subtitle: string;
  /** Examples, and what the model says of them. */
  readonly evaluation: Evaluation;
  /** Its worst mistakes. */
  readonly mistakes: readonly ExplainedMistake[];
  /** How the model was trained; absent where it was only measured. */
  readonly training?: TrainingFacts;
  /** Options and versions. */
  readonly facts: RunFacts;
}

/** Nothing may be loaded and nothing run: texts of strangers are on the page. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

function evaluationCharts(evaluation: Evaluation): Html[] {
  const { report } = evaluation;
  if (report.examples === 0) return [];
  const length = lengthErrorChart(evaluation);
  switch (report.kind) {
    case 'classification':
      return [confusionChart(report), ...rankingCharts(evaluation), reliabilityChart(evaluation), length];
    case 'multi-label':
      return [
        classScoresChart(report.classes),
        ...rankingCharts(evaluation),
        reliabilityChart(evaluation),
        length,
      ];
    case 'regression':
      return [...regressionCharts(evaluation), length];
  }
}

/** A report as one HTML file that needs no other: no script, no picture, nothing from the network. */
export function reportPage(content: PageContent): string {
  const { title, subtitle, evaluation, mistakes, training, facts } = content;
  const { of, report } = evaluation;
  const tables = figureTables(report);
  const body = html`<header>
      <h1 class="outside">${title}</h1>
      <p class="muted outside">${subtitle}</p>
    </header>
    ${overviewSection(report, of, training)}
    ${
      training &&
      html`<h2>Training</h2>
        <div class="grid">${trainingCharts(training.history)}</div>`
    }
    <h2>Evaluation on ${of} examples</h2>
    <div class="grid">${evaluationCharts(evaluation)}${tables.among}</div>
    ${tables.below} ${mistakesSection(mistakes, evaluation.labels.task)} ${runFactsSection(facts)}`;
  return pageOf(title, body);
}

/** A whole document in the style of all pages. @param title of the window */
export function pageOf(title: string, body: Html): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html`${title}`.markup}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body><main>
${body.markup}
</main></body>
</html>
`;
}
