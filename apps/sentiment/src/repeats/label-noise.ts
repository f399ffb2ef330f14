import { findLabelIssues } from '@bertune/train';

import type { LabelSpace } from '../data/labels.js';

/** An example that a run did not learn from, and what that run says of it. */
export interface HeldOut {
  /** Row of its file below the header, from 1. */
  readonly row: number;
  /** Its text; a pair is joined by ` / `. */
  readonly text: string;
  /** As `Example.target`. */
  readonly target: readonly number[];
  /** Probability of every class. */
  readonly scores: readonly number[];
}

/** A label that is probably wrong. */
export interface SuspectLabel {
  /** Row of its file below the header, from 1. */
  readonly row: number;
  /** The class that its label says; of a multi-label task also `not NAME`. */
  readonly given: string;
  /** The likelier class. */
  readonly suggested: string;
  /** Probability of the given class: the lower, the likelier is the label wrong. */
  readonly score: number;
  readonly text: string;
}

/** What is said of the labels of a data set. */
export interface LabelNoise {
  /** Those that are probably wrong, the worst first. */
  readonly suspects: readonly SuspectLabel[];
  /** Labels that were looked at. */
  readonly labels: number;
  /** Of a task with one class: estimated number of examples by given (row) and true class (column). */
  readonly confidentJoint?: readonly (readonly number[])[];
}

/** Finds wrong labels by confident learning; of several labels each by itself. */
export function findLabelNoise(heldOut: readonly HeldOut[], { task, names }: LabelSpace): LabelNoise {
  const rows = [...heldOut].sort((a, b) => a.row - b.row);
  if (task !== 'multi-label') {
    const found = suspects(
      rows,
      rows.map(({ target }) => target[0] ?? 0),
      rows.flatMap(({ scores }) => scores),
      names,
    );
    return { ...found, labels: rows.length };
  }
  const ofLabels = names.flatMap(
    (name, at) =>
      suspects(
        rows,
        rows.map(({ target }) => target[at] ?? 0),
        rows.flatMap(({ scores }) => [1 - (scores[at] ?? 0), scores[at] ?? 0]),
        [`not ${name}`, name],
      ).suspects,
  );
  return {
    suspects: ofLabels.sort((a, b) => a.score - b.score || a.row - b.row),
    labels: rows.length * names.length,
  };
}

function suspects(
  rows: readonly HeldOut[],
  labels: readonly number[],
  probabilities: readonly number[],
  names: readonly string[],
): Pick<LabelNoise, 'suspects' | 'confidentJoint'> {
  const { issues, confidentJoint } = findLabelIssues(labels, probabilities, names.length);
  return {
    confidentJoint,
    suspects: issues.flatMap(({ example, given, suggested, score }) => {
      const of = rows[example];
      return of
        ? [
            {
              row: of.row,
              given: names[given] ?? '',
              suggested: names[suggested] ?? '',
              score,
              text: of.text,
            },
          ]
        : [];
    }),
  };
}

/** The report as a file that spreadsheets open. */
export function labelNoiseCsv({ suspects }: LabelNoise): string {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = suspects.map(({ row, given, suggested, score, text }) =>
    [String(row), given, suggested, score.toFixed(6), text].map(cell).join(','),
  );
  return ['row,given,suggested,score,text', ...lines, ''].join('\n');
}

/** What is printed of it. */
export function labelNoiseLines({ suspects, labels }: LabelNoise, file: string): string[] {
  const share = ((100 * suspects.length) / Math.max(labels, 1)).toFixed(1);
  if (suspects.length === 0) return [`label noise: none of ${labels} labels looks wrong`];
  return [
    `label noise: ${suspects.length} of ${labels} labels (${share} %) are probably wrong, the worst first:`,
    ...suspects.slice(0, 10).map(({ row, given, suggested, score, text }) => {
      const line = [...text.replaceAll(/\s+/g, ' ').trim()];
      const short = line.length > 80 ? `${line.slice(0, 77).join('')}...` : line.join('');
      return `  row ${row}: ${given} (${score.toFixed(3)}), rather ${suggested}: ${short || '(empty text)'}`;
    }),
    `all of them: ${file}`,
  ];
}
