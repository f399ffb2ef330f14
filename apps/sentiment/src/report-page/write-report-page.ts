import { basename, dirname } from 'node:path';

import type { Example } from '../data/labels.js';
import type { LoadedModel } from '../model/build-model.js';
import { encodeExamples } from '../model/encode.js';
import type { Report } from '../report/format.js';
import { writeFileAtomic } from '../write-file.js';
import type { RunFacts, TrainingFacts } from './sections/run-facts.js';

/** Name of the page in the folder of a run. */
export const reportFile = 'report.html';

/** Mistakes on the page. */
const mostMistakes = 20;

/** Points of the integral with which a mistake is explained. */
const explanationSteps = 16;

/** What a page is made of. */
export interface ReportPageInput {
  /** The model that said it, with its tokenizer. */
  readonly loaded: Pick<LoadedModel, 'model' | 'tokenizer' | 'labels' | 'maxLength'>;
  /** Which examples: `test` or `valid`. */
  readonly of: string;
  readonly examples: readonly Example[];
  /** Probabilities [N, C] row-major, or values [N]. */
  readonly scores: ArrayLike<number>;
  /** Figures of them. */
  readonly report: Report;
  /** How the model was trained; absent where it was only measured. */
  readonly training?: TrainingFacts;
  /** Options and versions. */
  readonly facts: RunFacts;
  /** Heading; default the folder's name. */
  readonly title?: string;
  /** Seconds that explaining mistakes may take; default a few, and of a long training a fiftieth, a minute at most. */
  readonly secondsToExplain?: number;
}

function defaultSeconds(training: TrainingFacts | undefined): number {
  return Math.min(60, Math.max(4, (training?.trainingSeconds ?? 0) / 50));
}

function subtitleOf({ loaded: { model, labels }, facts }: ReportPageInput): string {
  const { numLayers, hiddenSize } = model.bert.config;
  const values = [...model.parameters.values()].reduce((sum, { size }) => sum + size, 0);
  const size = values >= 1e6 ? `${(values / 1e6).toFixed(1)} million` : String(values);
  const what = labels.task === 'regression' ? 'regression' : `${labels.task}, ${labels.names.length} classes`;
  const when = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return `${what}; BERT of ${numLayers} layers, ${hiddenSize} wide, ${size} parameters; ${facts.backend.name}; ${when}`;
}

/**
 * Writes a report as one HTML file. What draws is loaded here, so that no other command waits for it.
 * @returns nothing when all went well, else why there is no page: a run is never lost over its report
 */
export async function writeReportPage(file: string, input: ReportPageInput): Promise<string | undefined> {
  try {
    const [{ reportPage }, { worstMistakes }, { explainMistakes }] = await Promise.all([
      import('./page.js'),
      import('./attribution/worst-mistakes.js'),
      import('./attribution/explain-mistakes.js'),
    ]);
    const { loaded, of, examples, scores, report, training, facts } = input;
    const { tokenizer, labels, maxLength } = loaded;
    const { encoded } = encodeExamples(examples, tokenizer, maxLength);
    const lengths = encoded.map(({ inputIds }) => inputIds.length);
    const evaluation = { of, examples, labels, scores, lengths, report };
    const end = Date.now() + 1000 * (input.secondsToExplain ?? defaultSeconds(training));
    const signal = {
      get aborted() {
        return Date.now() > end;
      },
    };
    const mistakes = await explainMistakes(loaded, evaluation, worstMistakes(evaluation, mostMistakes), {
      steps: explanationSteps,
      signal,
    });
    const title = input.title ?? basename(dirname(file));
    const content = { title, subtitle: subtitleOf(input), evaluation, mistakes, facts };
    await writeFileAtomic(file, reportPage({ ...content, ...(training && { training }) }));
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `no ${basename(file)}: ${why.replaceAll(/\s+/g, ' ').trim()}`;
  }
}
