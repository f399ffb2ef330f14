import { TrainError } from '../errors.js';
import { argMax } from '../metrics/decisions.js';
import { sameLength } from '../metrics/same-length.js';
import { confidentJoint, TOLERANCE } from './confident-joint.js';

/**
 * Which examples are taken for mislabelled, as cleanlab's `filter_by`. `prune_by_noise_rate`: for each pair of classes as
 * many as the confident joint says, those with the largest margin. `prune_by_class`: for each given class as many as the
 * joint says in all, those with the least probability of it. `both`: what the two agree on. `confident_learning`: all that
 * are confidently of another class.
 */
export type LabelIssueFilter = 'prune_by_noise_rate' | 'prune_by_class' | 'both' | 'confident_learning';

/** Options of `findLabelIssues`. */
export interface LabelIssueOptions {
  /** default `prune_by_noise_rate`, as cleanlab */
  readonly filterBy?: LabelIssueFilter;
}

/** An example whose label is probably wrong. */
export interface LabelIssue {
  /** position among the examples, from 0 */
  readonly example: number;
  /** class that its label says */
  readonly given: number;
  /** class with the largest probability, another one */
  readonly suggested: number;
  /** probability of the given class, cleanlab's `self_confidence`: the lower, the likelier is the label wrong */
  readonly score: number;
}

/** What `findLabelIssues` finds. */
export interface LabelIssues {
  /** those that are probably wrong, the worst first */
  readonly issues: readonly LabelIssue[];
  /** estimated number of examples by given class (row) and true class (column) */
  readonly confidentJoint: readonly (readonly number[])[];
  /** of each class: mean probability that its own examples have of it; NaN for a class without examples */
  readonly thresholds: readonly number[];
}

/** Examples of a class that are never taken for wrong. */
const KEPT_PER_CLASS = 1;

/**
 * Finds labels that are probably wrong, by confident learning (Northcutt et al. 2021, arXiv:1911.00068); the same examples in
 * the same order as `find_label_issues(…, return_indices_ranked_by='self_confidence')` of cleanlab. Where values tie, the
 * example that comes first is taken.
 * @param labels given class of each example, [N], integers in [0, columns)
 * @param probabilities [N, columns] row-major, each row's from a model that did not learn from that example
 * @param columns at least 2; one probability of a label that is there or not is `[1 - p, p]`
 * @throws TrainError `shape-mismatch`; `invalid-options` for fewer than two columns; `no-examples`; `invalid-scores` for a
 *   label that is no column, or a probability outside [0, 1]
 */
export function findLabelIssues(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  columns: number,
  { filterBy = 'prune_by_noise_rate' }: LabelIssueOptions = {},
): LabelIssues {
  check(labels, probabilities, columns);
  const given = Array.from(labels);
  const matrix = Float64Array.from(probabilities);
  const { counts, thresholds, confident } = confidentJoint(given, matrix, columns);
  const flagged = new Set<number>();
  if (filterBy === 'confident_learning') {
    confident.forEach((guess, row) => {
      if (guess !== undefined && guess !== given[row]) flagged.add(row);
    });
  } else {
    const ofClass = Array.from({ length: columns }, () => [] as number[]);
    given.forEach((label, row) => ofClass[label].push(row));
    const kept = keptCounts(counts);
    ofClass.forEach((rows, k) => {
      if (rows.length <= KEPT_PER_CLASS) return;
      const of = (row: number, j: number): number => matrix[row * columns + j];
      const least = lowest(rows, rows.length - kept[k][k], (row) => of(row, k));
      const margins = kept[k].flatMap((count, j) =>
        j === k ? [] : lowest(rows, count, (row) => of(row, k) - of(row, j)),
      );
      const both = new Set(least);
      const chosen = {
        prune_by_class: least,
        prune_by_noise_rate: margins,
        both: margins.filter((row) => both.has(row)),
      }[filterBy];
      for (const row of chosen) flagged.add(row);
    });
  }
  const issues = [...flagged].flatMap((row): LabelIssue[] => {
    const own = matrix.slice(row * columns, (row + 1) * columns);
    const score = own[given[row]];
    own[given[row]] += TOLERANCE; // what is predicted as given, or as good as that, is no issue
    const suggested = argMax(own);
    return suggested === given[row] ? [] : [{ example: row, given: given[row], suggested, score }];
  });
  issues.sort((a, b) => a.score - b.score || a.example - b.example);
  return { issues, confidentJoint: counts, thresholds };
}

/** The joint's counts, [given][true], with at least `KEPT_PER_CLASS` right examples of every true class. */
function keptCounts(counts: readonly (readonly number[])[]): number[][] {
  return counts.map((row, k) => {
    const missing = Math.max(row[k], KEPT_PER_CLASS) - row[k];
    const others = Math.max(row.filter((count) => count !== 0).length - 1, 1);
    return row.map((count, j) =>
      k === j ? count + missing : Math.trunc(Math.max(count - missing / others, 0)),
    );
  });
}

/** The rows with the lowest values. */
function lowest(rows: readonly number[], count: number, value: (row: number) => number): number[] {
  if (count <= 0) return [];
  return [...rows].sort((a, b) => value(a) - value(b) || a - b).slice(0, count);
}

function check(labels: ArrayLike<number>, probabilities: ArrayLike<number>, columns: number): void {
  if (!(Number.isInteger(columns) && columns >= 2)) {
    throw new TrainError(
      'invalid-options',
      `findLabelIssues: expected at least 2 columns, found ${columns}. Give a single probability p as [1 - p, p].`,
      { columns },
    );
  }
  sameLength('findLabelIssues', labels, { length: probabilities.length / columns });
  if (labels.length === 0)
    throw new TrainError('no-examples', 'findLabelIssues: expected examples, found none.', {});
  const label = Array.from(labels).findIndex((k) => !(Number.isInteger(k) && k >= 0 && k < columns));
  if (label >= 0) {
    throw new TrainError(
      'invalid-scores',
      `findLabelIssues: expected labels from 0 to ${columns - 1}, found ${labels[label]} at position ${label}.`,
      { position: label, label: labels[label] },
    );
  }
  const wrong = Array.from(probabilities).findIndex((p) => !(p >= 0 && p <= 1));
  if (wrong >= 0) {
    throw new TrainError(
      'invalid-scores',
      `findLabelIssues: expected probabilities from 0 to 1, found ${probabilities[wrong]} of example ` +
        `${Math.floor(wrong / columns)}, class ${wrong % columns}. Give probabilities, not logits.`,
      { position: wrong, probability: probabilities[wrong] },
    );
  }
}
