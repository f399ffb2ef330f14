import { basename, resolve } from 'node:path';

import { AppError } from '../errors.js';
import type { Task } from '../options.js';
import { builtInCitation, builtInReviews, type Review } from './built-in.js';
import { stratifiedFolds, type Fold } from './folds.js';
import { encodeLabels, findLabels, type Example, type LabelSpace } from './labels.js';
import { countEmpty, readExamples, type Columns, type RawExample } from './read-examples.js';
import { sentenceKey, split } from './split.js';

/** Which files hold what; all absent means the built-in reviews. */
export interface SplitSources {
  /** `--train`. */
  readonly train: string | undefined;
  /** `--valid`. */
  readonly valid: string | undefined;
  /** `--test`. */
  readonly test: string | undefined;
  /** Columns to read. */
  readonly columns: Columns & { readonly label: string };
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** Seed of the split that makes up for a missing `--valid`, and of the folds. */
  readonly seed: number;
  /** Which part of the training examples is held out as the validation, in a cross-validation. */
  readonly fold?: Fold | undefined;
}

/** Examples of a training run, their labels understood. */
export interface Splits {
  /** What is learnt from. */
  readonly train: readonly Example[];
  /** What the training is watched with. */
  readonly valid: readonly Example[];
  /** What is reported on. */
  readonly test: readonly Example[];
  /** Which examples `test` are: `test`, or `valid` where there is no test file. */
  readonly testIs: 'test' | 'valid';
  /** The classes. */
  readonly labels: LabelSpace;
  /** Lines to print: sources, counts, everything that was decided. */
  readonly notes: readonly string[];
}

interface RawSplits {
  readonly train: readonly RawExample[];
  readonly valid: readonly RawExample[];
  readonly test: readonly RawExample[] | undefined;
  /** Classes of the training examples, checked before some of them are split off. */
  readonly found: LabelSpace;
  readonly notes: readonly string[];
}

function rawReview({ text, label }: Review, index: number): RawExample {
  return { text, label, place: `built-in reviews, entry ${index + 1}`, row: index + 1 };
}

/** The test part of the built-in reviews, for `evaluate` without a file. */
export function builtInTest(): readonly RawExample[] {
  return builtInReviews().test.map(rawReview);
}

function builtInSplits(task: Task, { fold, seed }: SplitSources): RawSplits {
  const { train, valid, test, junk, duplicates, conflicts } = builtInReviews();
  if (fold) {
    const all = [...train, ...valid].map(rawReview);
    const found = findLabels(all, task, 'built-in reviews');
    const notes = [`data: ${builtInCitation}`, 'the test part of the built-in reviews is left alone'];
    const held = holdOut(all, task, seed, 'built-in reviews', fold);
    return { ...held, test: undefined, found, notes: [...notes, ...held.notes] };
  }
  return {
    train: train.map(rawReview),
    valid: valid.map(rawReview),
    test: test.map(rawReview),
    found: findLabels(train.map(rawReview), task, 'built-in reviews'),
    notes: [
      `data: ${builtInCitation}`,
      `cleaned: ${junk} junk entries, ${duplicates} duplicates and ${conflicts} sentences with both labels left out`,
    ],
  };
}

/** Ten per cent of the training examples, each class in its share, equal texts kept together. */
function splitOff(
  examples: readonly RawExample[],
  task: Task,
  seed: number,
  named: string,
): { readonly train: readonly RawExample[]; readonly valid: readonly RawExample[] } {
  const [train = [], valid = []] = split(examples, {
    shares: [0.1],
    seed,
    stratum: ({ label }) => (task === 'regression' ? '' : String(label)),
    key: textKey,
  });
  if (train.length > 0 && valid.length > 0) return { train, valid };
  throw new AppError('too-few-examples', {
    where: named,
    expected: 'enough examples to take 10 % of each class out for validation',
    found: `${examples.length}`,
    remedy: 'Add examples, or name a file with --valid.',
  });
}

/** What tells equal texts, whatever their case and spacing. */
function textKey({ text, pair }: RawExample): string {
  return `${sentenceKey(text)}\n${sentenceKey(pair ?? '')}`;
}

/** One fold for validation, the others to learn from, each class in its share, equal texts kept together. */
function holdOut(
  examples: readonly RawExample[],
  task: Task,
  seed: number,
  named: string,
  { number, of }: Fold,
): Pick<RawSplits, 'train' | 'valid' | 'notes'> {
  const stratum = ({ label }: RawExample): string => (task === 'regression' ? '' : String(label).trim());
  const folds = stratifiedFolds(examples, { folds: of, seed, stratum, key: textKey });
  const held = (isHeld: boolean): RawExample[] =>
    examples.filter((_, at) => (folds[at] === number) === isHeld);
  if (new Set(folds).size < of) {
    throw new AppError('too-few-examples', {
      where: named,
      expected: `at least ${of} different texts, one for each fold`,
      found: `${examples.length} examples`,
      remedy: 'Use fewer --folds, or add examples.',
    });
  }
  const valid = held(true);
  const notes = [`fold ${number} of ${of}: ${valid.length} of ${examples.length} examples are held out`];
  return { train: held(false), valid, notes };
}

async function fileSplits(sources: SplitSources, train: string, task: Task): Promise<RawSplits> {
  const read = (file: string, option: string): Promise<RawExample[]> =>
    readExamples(resolve(sources.cwd, file), option, sources.columns);
  const named = `--train ${basename(train)}`;
  const all = await read(train, '--train');
  const found = findLabels(all, task, named);
  if (sources.fold) {
    const held = holdOut(all, task, sources.seed, named, sources.fold);
    return { ...held, test: undefined, found };
  }
  const test = sources.test === undefined ? undefined : await read(sources.test, '--test');
  if (sources.valid !== undefined) {
    return { train: all, valid: await read(sources.valid, '--valid'), test, found, notes: [] };
  }
  const parts = splitOff(all, task, sources.seed, named);
  return {
    ...parts,
    test,
    found,
    notes: [`valid: ${parts.valid.length} examples (10 %) taken out of --train with seed ${sources.seed}`],
  };
}

function describe(name: string, examples: readonly RawExample[]): string {
  const empty = countEmpty(examples);
  return `${name}: ${examples.length} examples${empty ? `, ${empty} of them with empty text (kept)` : ''}`;
}

/**
 * Reads the examples of a training run and checks every label.
 * @param stored what the head of the model was trained for: kept if it has every class of the training examples
 * @throws AppError of the readers and of the labels; `usage` where --valid or --test stand without --train
 */
export async function loadSplits(sources: SplitSources, task: Task, stored?: LabelSpace): Promise<Splits> {
  const { train } = sources;
  if (train === undefined && (sources.valid !== undefined || sources.test !== undefined)) {
    throw new AppError('usage', {
      where: sources.valid === undefined ? '--test' : '--valid',
      expected: '--train FILE beside it',
      found: 'none',
      remedy: 'Without --train the built-in reviews are used, all three parts of them.',
    });
  }
  const raw = train === undefined ? builtInSplits(task, sources) : await fileSplits(sources, train, task);
  const { found } = raw;
  const kept = stored?.task === task && found.names.every((name) => stored.names.includes(name));
  const labels = kept ? stored : found;
  const test = raw.test ?? raw.valid;
  return {
    train: encodeLabels(raw.train, labels),
    valid: encodeLabels(raw.valid, labels),
    test: encodeLabels(test, labels),
    testIs: raw.test ? 'test' : 'valid',
    labels,
    notes: [
      ...raw.notes,
      describe('train', raw.train),
      describe('valid', raw.valid),
      ...(sources.fold
        ? []
        : [
            raw.test
              ? describe('test', raw.test)
              : 'test: none given, so the report is on the validation examples',
          ]),
    ],
  };
}
