import { describe, expect, it } from '@jest/globals';

import { AppError } from '../../src/errors.js';
import { countClasses, encodeLabels, findLabels } from '../../src/data/labels.js';
import type { RawExample } from '../../src/data/read-examples.js';
import type { Task } from '../../src/options.js';

function raw(labels: readonly unknown[]): RawExample[] {
  return labels.map((label, index) => ({
    text: `text ${index}`,
    label,
    place: `row ${index + 1}`,
    row: index + 1,
  }));
}

function problem(task: Task, labels: readonly unknown[]): AppError {
  try {
    const examples = raw(labels);
    encodeLabels(examples, findLabels(examples, task, '--train a.csv'));
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('accepted');
}

function targets(task: Task, labels: readonly unknown[]): unknown {
  const examples = raw(labels);
  const space = findLabels(examples, task, 'a');
  return { names: space.names, targets: encodeLabels(examples, space).map(({ target }) => target) };
}

describe('labels', () => {
  it('sorts names by code unit and numbers by value', () => {
    expect(targets('single-label', ['pos', ' neg ', 'pos'])).toEqual({
      names: ['neg', 'pos'],
      targets: [[1], [0], [1]],
    });
    expect(targets('single-label', ['10', '9', '9'])).toEqual({
      names: ['9', '10'],
      targets: [[1], [0], [0]],
    });
    expect(targets('sigmoid', [true, false])).toEqual({ names: ['false', 'true'], targets: [[1], [0]] });
  });

  it('reads several labels from a cell or a list, also none', () => {
    expect(targets('multi-label', ['b|a', '', ['c'], []])).toEqual({
      names: ['a', 'b', 'c'],
      targets: [
        [1, 1, 0],
        [0, 0, 0],
        [0, 0, 1],
        [0, 0, 0],
      ],
    });
  });

  it('reads numbers for regression', () => {
    expect(targets('regression', ['4.5', '-1e2', 3])).toEqual({ names: [], targets: [[4.5], [-100], [3]] });
  });

  it.each<[Task, unknown[], string, string]>([
    ['single-label', ['a', 'b', ''], 'bad-label', 'row 3: expected a class name, found ""'],
    ['single-label', ['a', 'b', 'NaN'], 'bad-label', 'found "NaN"'],
    ['single-label', ['a', 'b', null], 'bad-label', 'found null'],
    ['single-label', ['a', 'b', undefined], 'bad-label', 'no such key'],
    ['single-label', ['a', 'a'], 'one-class', "only 'a' in all 2 rows"],
    ['sigmoid', ['a', 'b', 'c'], 'class-count', '--task single-label'],
    ['multi-label', ['', ''], 'one-class', 'found none'],
    ['multi-label', ['a||b'], 'bad-label', 'row 1'],
    ['multi-label', ['a', 3], 'bad-label', 'row 2'],
    ['regression', ['1', 'nan'], 'bad-label', 'row 2: expected a finite number, found "nan"'],
    ['regression', ['1', ' '], 'bad-label', 'finite'],
    ['regression', ['1', 'Infinity'], 'bad-label', 'finite'],
  ])('%s %j: %s', (task, labels, code, message) => {
    const error = problem(task, labels);
    expect([error.code, error.exitCode]).toEqual([code, 1]);
    expect(error.message).toContain(message);
  });

  it('refuses a class that the training does not know', () => {
    const space = findLabels(raw(['a', 'b']), 'single-label', 'a');
    expect(() => encodeLabels(raw(['a', 'x']), space)).toThrow(
      "row 2: expected one of the 2 classes of the training (a, b), found 'x'",
    );
  });

  it('counts classes', () => {
    const examples = raw(['b', 'a', 'b']);
    const space = findLabels(examples, 'single-label', 'a');
    expect(countClasses(encodeLabels(examples, space), space)).toEqual([1, 2]);
    const several = raw(['a|b', 'b']);
    const spaces = findLabels(several, 'multi-label', 'a');
    expect(countClasses(encodeLabels(several, spaces), spaces)).toEqual([1, 2]);
  });
});
