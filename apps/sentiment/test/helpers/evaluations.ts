import type { Example, LabelSpace } from '../../src/data/labels.js';
import { makeReport } from '../../src/report/make-report.js';
import type { Evaluation } from '../../src/report-page/evaluation.js';

/** What a page must never let through. */
export const hostile = `</title></text></script><script>globalThis.hacked=1</script><img src=https://evil.example/x onerror="globalThis.hacked=1">' " & <b>\u0000\ud800`;

/** An evaluation of texts of three to twelve words with lengths to match. */
export function evaluationOf(
  labels: LabelSpace,
  targets: readonly (readonly number[])[],
  scores: readonly number[],
): Evaluation {
  const examples: Example[] = targets.map((target, at) => ({
    text: `text ${at}${' word'.repeat(at % 10)}`,
    target,
  }));
  return {
    of: 'test',
    examples,
    labels,
    scores,
    lengths: examples.map((_, at) => 4 + (at % 10)),
    report: makeReport(examples, scores, labels),
  };
}

/** Two classes, eight examples, two of them wrong: 3 (0 said to be 1, surest) and 6 (1 said to be 0). */
export function twoClasses(names: readonly string[] = ['no', 'yes']): Evaluation {
  const ofOne = [0.1, 0.2, 0.3, 0.9, 0.8, 0.7, 0.4, 0.6];
  const truth = [0, 0, 0, 0, 1, 1, 1, 1];
  return evaluationOf(
    { task: 'single-label', names: [...names] },
    truth.map((label) => [label]),
    ofOne.flatMap((one) => [1 - one, one]),
  );
}

/** As many classes as names, each said for itself with `sure`, but the last, which is taken for the first. */
export function manyClasses(names: readonly string[], perClass = 4, sure = 0.6): Evaluation {
  const targets = names.flatMap((_, label) => Array.from({ length: perClass }, () => [label]));
  const rest = (1 - sure) / (names.length - 1);
  const scores = targets.flatMap(([label = 0], at) => {
    const said = label === names.length - 1 ? 0 : label;
    return names.map((_, column) => (column === said ? sure : rest) + (at % 4) * 1e-6 * (column - said));
  });
  return evaluationOf({ task: 'single-label', names: [...names] }, targets, scores);
}

/** Three labels; example 1 is said not to have c, example 2 to have a, both wrongly. */
export function multiLabel(names: readonly string[] = ['a', 'b', 'c']): Evaluation {
  const targets = [
    [1, 0, 1],
    [0, 1, 1],
    [0, 0, 0],
    [1, 1, 0],
  ];
  const scores = [0.9, 0.2, 0.8, 0.1, 0.7, 0.05, 0.75, 0.3, 0.2, 0.6, 0.9, 0.4];
  return evaluationOf({ task: 'multi-label', names: [...names] }, targets, scores);
}

/** Values 0 to 19, told 0.1 too high; but example 7, told 3 too low. */
export function values(): Evaluation {
  const truths = Array.from({ length: 20 }, (_, at) => at);
  const scores = truths.map((truth) => (truth === 7 ? 4 : truth + 0.1));
  return evaluationOf(
    { task: 'regression', names: [] },
    truths.map((truth) => [truth]),
    scores,
  );
}
