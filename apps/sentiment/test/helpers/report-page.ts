import { reportPage, type PageContent } from '../../src/report-page/page.js';
import { worstMistakes } from '../../src/report-page/attribution/worst-mistakes.js';
import type { Evaluation } from '../../src/report-page/evaluation.js';
import { evaluationOf, hostile, manyClasses, multiLabel, twoClasses, values } from './evaluations.js';

/** A page of an evaluation, its mistakes explained by made-up values, with the curves of a training. */
export function pageOf(evaluation: Evaluation, change: Partial<PageContent> = {}): string {
  const mistakes = worstMistakes(evaluation, 20).map((mistake, at) => ({
    mistake,
    texts: [
      [
        { text: evaluation.examples[mistake.example]?.text ?? '', value: 0.5 - at, isRead: true },
        { text: ' ', isRead: true },
        { text: hostile, value: -0.25, isRead: true },
        { text: `${hostile} `.repeat(10), isRead: false },
      ],
    ],
    ...(at !== 1 && { sums: { score: 1.5, baselineScore: 0.25, completenessError: 1e-5 } }),
  }));
  const training = {
    history: {
      epoch: [0, 1, 2],
      history: { loss: [0.7, 0.5, 0.4], val_loss: [0.6, 0.5, 0.55], [`val_${hostile}`]: [0.5, 0.75, 0.7] },
      losses: Array.from({ length: 60 }, (_, at) => 0.7 - at / 200),
      learningRates: Array.from({ length: 60 }, (_, at) => 5e-5 * (1 - at / 60)),
      gradientNorms: Array.from({ length: 60 }, (_, at) => 1 + Math.sin(at)),
      steps: 60,
      ended: 'completed' as const,
    },
    trainingSeconds: 12.3,
    examples: { train: 480, valid: 60, test: evaluation.examples.length },
  };
  const facts = {
    options: {
      epochs: 3,
      text: hostile,
      classWeights: new Map([[hostile, 2]]),
      log: ['csv'],
      freeze: undefined,
    },
    versions: { node: '20.0.0', [hostile]: hostile },
    backend: { name: 'wasm', reason: hostile },
  };
  return reportPage({
    title: 'runs/first',
    subtitle: hostile,
    evaluation,
    mistakes,
    training,
    facts,
    ...change,
  });
}

/** Pages of every kind of task, labels, titles and texts as hostile as can be. */
export const hostilePages: Readonly<Record<string, () => string>> = {
  'two classes': () => pageOf(twoClasses([hostile, 'yes']), { title: hostile }),
  'several classes': () => pageOf(manyClasses(['a', hostile, 'c', `${hostile}!`, 'e'])),
  'several labels': () => pageOf(multiLabel([hostile, 'b', 'c'])),
  values: () => pageOf(values()),
  'no examples': () => pageOf(evaluationOf({ task: 'single-label', names: ['a', hostile] }, [], [])),
};
