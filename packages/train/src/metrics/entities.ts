import { TrainError } from '../errors.js';
import {
  type Average,
  averageScore,
  type ClassCounts,
  type PrecisionRecallF,
  type PrecisionRecallOptions,
  scoreOfClass,
} from './precision-recall.js';
import { sameLength } from './same-length.js';

/** A stretch of words that names something. */
export interface Entity {
  /** what is behind the dash of its tags: `PER`, `LOC` */
  readonly type: string;
  /** first word, from 0 */
  readonly start: number;
  /** one past the last word */
  readonly end: number;
}

/**
 * How tags are read: `default` is lenient as the CoNLL evaluation script, and opens an entity at an `I-` that continues
 * none (IOB1, IOB2 and IOBES alike); `strict` takes IOB2 by its word, where only `B-` opens one.
 */
export type TagMode = 'default' | 'strict';

/** Scores of entities, each found only when type and both ends are right. */
export interface EntityScores extends PrecisionRecallF {
  /** by type, in the order of the alphabet */
  readonly types: ReadonlyMap<string, PrecisionRecallF & { readonly support: number }>;
  /** entities in truth */
  readonly support: number;
}

/**
 * The entities of one sentence.
 * @param tags `O`, `B-LOC`, `I-LOC`; `E-` and `S-` in `default` mode
 * @throws TrainError `invalid-tag`
 */
export function entitiesOf(tags: readonly string[], mode: TagMode = 'default'): Entity[] {
  const entities: Entity[] = [];
  let open: { type: string; start: number } | undefined;
  let before: Tag = { prefix: 'O', type: '' };
  const close = (end: number): void => {
    if (open) entities.push({ ...open, end });
    open = undefined;
  };
  for (const [at, text] of tags.entries()) {
    const tag = parseTag(text, at, mode);
    if (mode === 'strict') {
      if (tag.prefix !== 'I' || open?.type !== tag.type) close(at);
      if (tag.prefix === 'B') open = { type: tag.type, start: at };
    } else {
      if (endsBefore(before, tag)) close(at);
      if (startsAt(before, tag)) open = { type: tag.type, start: at };
    }
    before = tag;
  }
  close(tags.length);
  return entities;
}

/**
 * Precision, recall and F1 of entities, as seqeval: `default` mode as its `classification_report`, `strict` as with
 * `mode='strict', scheme=IOB2`.
 * @param truth tags of each sentence
 * @param predictions tags of each sentence, as many
 * @param options.average over the types; default `micro`
 * @returns without any entity in truth or prediction all figures are `zeroDivision`
 * @throws TrainError `shape-mismatch`, `invalid-tag`
 */
export function entityScores(
  truth: readonly (readonly string[])[],
  predictions: readonly (readonly string[])[],
  options: PrecisionRecallOptions & { readonly average?: Average; readonly mode?: TagMode } = {},
): EntityScores {
  sameLength('entityScores', { length: truth.length }, { length: predictions.length });
  const { average = 'micro', mode = 'default' } = options;
  const counts = new Map<string, { -readonly [Key in keyof ClassCounts]: number }>();
  const countsOf = (type: string): { -readonly [Key in keyof ClassCounts]: number } => {
    const found = counts.get(type) ?? { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
    counts.set(type, found);
    return found;
  };
  for (const [at, tags] of truth.entries()) {
    sameLength(`entityScores: sentence ${at}`, { length: tags.length }, { length: predictions[at].length });
    const expected = new Set(entitiesOf(tags, mode).map(keyOf));
    for (const entity of entitiesOf(predictions[at], mode)) {
      if (expected.delete(keyOf(entity))) countsOf(entity.type).truePositives += 1;
      else countsOf(entity.type).falsePositives += 1;
    }
    for (const key of expected)
      countsOf(key.slice(key.indexOf(' ', key.indexOf(' ') + 1) + 1)).falseNegatives += 1;
  }
  const types = new Map(
    [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([type, count]) => [
        type,
        { ...scoreOfClass(count, options), support: count.truePositives + count.falseNegatives },
      ]),
  );
  const { zeroDivision = 0 } = options;
  const scores =
    counts.size === 0
      ? { precision: zeroDivision, recall: zeroDivision, f: zeroDivision }
      : averageScore([...counts.values()], average, options);
  return { ...scores, types, support: [...types.values()].reduce((sum, { support }) => sum + support, 0) };
}

interface Tag {
  readonly prefix: string;
  readonly type: string;
}

const PREFIXES: Readonly<Record<TagMode, readonly string[]>> = {
  default: ['B', 'I', 'E', 'S'],
  strict: ['B', 'I'],
};

function parseTag(text: string, at: number, mode: TagMode): Tag {
  if (text === 'O') return { prefix: 'O', type: '' };
  const [prefix, type] = [text.slice(0, 1), text.slice(2)];
  if (PREFIXES[mode].includes(prefix) && text[1] === '-' && type !== '') return { prefix, type };
  const expected = PREFIXES[mode].map((letter) => `${letter}-TYPE`).join(', ');
  throw new TrainError('invalid-tag', `Tag ${at}: expected O, ${expected}, found ${JSON.stringify(text)}.`, {
    tag: text,
    position: at,
  });
}

/** The CoNLL script's `endOfChunk`. */
function endsBefore(before: Tag, tag: Tag): boolean {
  if (before.prefix === 'O') return false;
  return (
    before.prefix === 'E' ||
    before.prefix === 'S' ||
    tag.prefix === 'B' ||
    tag.prefix === 'S' ||
    tag.prefix === 'O' ||
    before.type !== tag.type
  );
}

/** The CoNLL script's `startOfChunk`. */
function startsAt(before: Tag, tag: Tag): boolean {
  if (tag.prefix === 'O') return false;
  return (
    tag.prefix === 'B' ||
    tag.prefix === 'S' ||
    before.prefix === 'O' ||
    before.prefix === 'E' ||
    before.prefix === 'S' ||
    before.type !== tag.type
  );
}

function keyOf({ type, start, end }: Entity): string {
  return `${start} ${end} ${type}`;
}
