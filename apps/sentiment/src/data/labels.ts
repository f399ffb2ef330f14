import { AppError } from '../errors.js';
import type { Task } from '../options.js';
import type { RawExample, TextExample } from './read-examples.js';

/** A text and what the model shall say about it. */
export interface Example extends TextExample {
  /**
   * single-label: `[class]`; sigmoid: `[0]` or `[1]`; multi-label: 0 or 1 for every class; regression: `[value]`.
   */
  readonly target: readonly number[];
  /** Row of its file below the header, from 1. */
  readonly row?: number;
}

/** What the labels of a task can be. */
export interface LabelSpace {
  /** The task. */
  readonly task: Task;
  /** Class names by index; empty for regression. */
  readonly names: readonly string[];
}

/** More labels than this are seldom classes. */
const mostClasses = 10_000;

function badLabel(place: string, expected: string, found: string, remedy: string): AppError {
  return new AppError('bad-label', { where: place, expected, found, remedy });
}

function show(label: unknown): string {
  return label === undefined ? 'no such key' : JSON.stringify(label).slice(0, 60);
}

/** The class name in a cell. pandas writes a missing value as nothing or as NaN. */
function className(label: unknown, place: string): string {
  const name = typeof label === 'string' ? label.trim() : label;
  if (typeof name === 'string' && name !== '' && !/^nan$/i.test(name)) return name;
  if (typeof name === 'boolean' || (typeof name === 'number' && Number.isFinite(name))) return String(name);
  throw badLabel(place, 'a class name', show(label), 'Label the row or take it out.');
}

/** The class names in a cell of a multi-label task; none is allowed. */
function classNames(label: unknown, place: string): string[] {
  if (Array.isArray(label)) return label.map((each) => className(each, place));
  if (typeof label !== 'string') {
    throw badLabel(
      place,
      'class names: a|b, or a JSON list',
      show(label),
      'Write "" for a row without any class.',
    );
  }
  if (label.trim() === '') return [];
  return label.split('|').map((each) => className(each, place));
}

function targetValue(label: unknown, place: string): number {
  const value = typeof label === 'string' && label.trim() !== '' ? Number(label) : label;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw badLabel(place, 'a finite number', show(label), 'Write it as in 4.5, or take the row out.');
}

/** Numbers in their order, other names by code unit, so that the order hangs on no locale. */
function sortNames(names: ReadonlySet<string>): string[] {
  const numeric = [...names].every((name) => /^-?\d+(\.\d+)?$/.test(name));
  return [...names].sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0));
}

/**
 * The classes that occur in the training examples.
 * @param named how messages name the examples: `--train reviews.csv`
 * @throws AppError `bad-label`, `one-class`, `class-count`
 */
export function findLabels(examples: readonly RawExample[], task: Task, named: string): LabelSpace {
  if (task === 'regression') return { task, names: [] };
  const found = new Set<string>();
  for (const { label, place } of examples) {
    for (const name of task === 'multi-label' ? classNames(label, place) : [className(label, place)])
      found.add(name);
  }
  const names = sortNames(found);
  const least = task === 'multi-label' ? 1 : 2;
  if (names.length < least) {
    throw new AppError('one-class', {
      where: named,
      expected: `at least ${least === 1 ? 'one class' : 'two classes'} in the label column`,
      found: names.length === 0 ? 'none' : `only '${names[0]}' in all ${examples.length} rows`,
      remedy:
        'There is nothing to tell apart: add examples of another class, or name another column with --label.',
    });
  }
  const most = task === 'sigmoid' ? 2 : mostClasses;
  if (names.length > most) {
    throw new AppError('class-count', {
      where: named,
      expected: task === 'sigmoid' ? 'two classes (--task sigmoid has one logit)' : `at most ${most} classes`,
      found: `${names.length}: ${names.slice(0, 5).join(', ')}, ...`,
      remedy:
        task === 'sigmoid'
          ? 'Use --task single-label.'
          : 'Is it the right column (--label)? Numbers to be predicted need --task regression.',
    });
  }
  return { task, names };
}

/**
 * Turns cells into targets.
 * @throws AppError `bad-label`, `unknown-label` (a class that the label space lacks)
 */
export function encodeLabels(examples: readonly RawExample[], space: LabelSpace): Example[] {
  const indices = new Map(space.names.map((name, index) => [name, index]));
  const index = (name: string, place: string): number => {
    const found = indices.get(name);
    if (found !== undefined) return found;
    const known = space.names.slice(0, 10).join(', ') + (space.names.length > 10 ? ', ...' : '');
    throw new AppError('unknown-label', {
      where: place,
      expected: `one of the ${space.names.length} classes of the training (${known})`,
      found: `'${name}'`,
      remedy: 'Correct the label, or add examples of this class to the training file.',
    });
  };
  const target = ({ label, place }: RawExample): readonly number[] => {
    switch (space.task) {
      case 'regression':
        return [targetValue(label, place)];
      case 'multi-label': {
        const present = new Set(classNames(label, place).map((name) => index(name, place)));
        return space.names.map((_, at) => (present.has(at) ? 1 : 0));
      }
      default:
        return [index(className(label, place), place)];
    }
  };
  return examples.map((example) => ({
    text: example.text,
    ...(example.pair === undefined ? {} : { pair: example.pair }),
    target: target(example),
    row: example.row,
  }));
}

/** Number of examples of each class, in the order of the names; empty for regression. */
export function countClasses(examples: readonly Example[], space: LabelSpace): number[] {
  const counts = space.names.map(() => 0);
  for (const { target } of examples) {
    for (const [at] of counts.entries()) {
      if (space.task === 'multi-label' ? target[at] === 1 : target[0] === at)
        counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return counts;
}
