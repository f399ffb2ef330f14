import { rangeProblems, throwProblems, TrainError } from '../errors.js';
import { RandomStream } from '../random.js';

/** A text as sentences in order, each the ids of its tokens without special ones. */
export type TokenizedDocument = readonly Int32Array[];

/** Two segments as BERT is pre-trained on them. */
export interface SegmentPair {
  /** ids of the first segment, without special tokens; at least one */
  readonly first: Int32Array;
  /** ids of the second segment; at least one */
  readonly second: Int32Array;
  /** whether the second comes from another document instead of following the first */
  readonly isRandomNext: boolean;
}

/** How documents are cut into pairs. */
export interface SegmentPairOptions {
  /** tokens of a pair at most, `[CLS]` and two `[SEP]` included; default 128 */
  readonly maxLength?: number | undefined;
  /** share of documents that are cut into shorter pairs, of a random length, so that the model meets short texts; default 0.1 */
  readonly shortSequenceProbability?: number | undefined;
  /** share of pairs whose second segment is from elsewhere; default 0.5 */
  readonly randomNextProbability?: number | undefined;
  /** of all choices, an integer in [0, 2^32); default 0 */
  readonly seed?: number | undefined;
  /** which of several passes over the same documents, from 0; each cuts differently; default 0 */
  readonly pass?: number | undefined;
}

/** `[CLS] first [SEP] second [SEP]`. */
const SPECIAL_TOKENS = 3;

/** How often another document is drawn before the same one is taken. */
const DRAWS = 10;

/**
 * Cuts documents into pairs of segments, as in `create_pretraining_data.py` of google-research/bert: sentences are
 * gathered to the target length and split at a random sentence; the second segment is what follows, or sentences from
 * another document, and then what was not used goes into the next pair. Pairs that are too long lose tokens of the longer
 * segment, at a random end each.
 * @param documents at least two that have a sentence
 * @returns pairs, in the order of the documents
 * @throws TrainError `invalid-options`; `no-examples` where there is no other document to take a random segment from
 */
export function* segmentPairs(
  documents: readonly TokenizedDocument[],
  options: SegmentPairOptions = {},
): Generator<SegmentPair> {
  const settings = checked(options);
  const filled = documents
    .map((document) => document.filter(({ length }) => length > 0))
    .filter(({ length }) => length > 0);
  if (filled.length < 2) {
    throw new TrainError(
      'no-examples',
      `documents: expected at least two with text, since a random next segment comes from another one, found ${filled.length}. Separate documents by empty lines.`,
      { documents: filled.length },
    );
  }
  const random = new RandomStream(settings.seed, settings.pass);
  for (const index of filled.keys()) yield* pairsOf(filled, index, settings, random);
}

function* pairsOf(
  documents: readonly TokenizedDocument[],
  index: number,
  settings: Settings,
  random: RandomStream,
): Generator<SegmentPair> {
  const document = documents[index];
  const room = settings.maxLength - SPECIAL_TOKENS;
  const target = random.chance(settings.shortSequenceProbability) ? 2 + random.below(room - 1) : room;
  let chunk: Int32Array[] = [];
  let tokens = 0;
  for (let at = 0; at < document.length; at++) {
    chunk.push(document[at]);
    tokens += document[at].length;
    if (at < document.length - 1 && tokens < target) continue;

    const split = chunk.length > 1 ? 1 + random.below(chunk.length - 1) : 1;
    const first = chunk.slice(0, split);
    let second = chunk.slice(split);
    const isRandomNext = chunk.length === 1 || random.chance(settings.randomNextProbability);
    if (isRandomNext) {
      at -= second.length; // they have not been used
      second = randomSegment(documents, index, target - lengthOf(first), random);
    }
    yield { ...truncatedPair(joined(first), joined(second), room, random), isRandomNext };
    chunk = [];
    tokens = 0;
  }
}

/** Sentences from a random place of another document, up to a length, at least one. */
function randomSegment(
  documents: readonly TokenizedDocument[],
  except: number,
  length: number,
  random: RandomStream,
): Int32Array[] {
  let chosen = random.below(documents.length);
  for (let draw = 1; draw < DRAWS && chosen === except; draw++) chosen = random.below(documents.length);
  if (chosen === except) chosen = (except + 1) % documents.length;
  const document = documents[chosen];
  const segment: Int32Array[] = [];
  let tokens = 0;
  for (let at = random.below(document.length); at < document.length; at++) {
    segment.push(document[at]);
    tokens += document[at].length;
    if (tokens >= length) break;
  }
  return segment;
}

function truncatedPair(
  first: Int32Array,
  second: Int32Array,
  room: number,
  random: RandomStream,
): Pick<SegmentPair, 'first' | 'second'> {
  while (first.length + second.length > room) {
    const isFirst = first.length > second.length;
    const longer = isFirst ? first : second;
    const shorter = random.chance(0.5) ? longer.subarray(1) : longer.subarray(0, -1);
    if (isFirst) first = shorter;
    else second = shorter;
  }
  return { first, second };
}

const lengthOf = (sentences: readonly Int32Array[]): number =>
  sentences.reduce((sum, { length }) => sum + length, 0);

function joined(sentences: readonly Int32Array[]): Int32Array {
  const ids = new Int32Array(lengthOf(sentences));
  let at = 0;
  for (const sentence of sentences) {
    ids.set(sentence, at);
    at += sentence.length;
  }
  return ids;
}

type Settings = { [Name in keyof SegmentPairOptions]-?: number };

function checked(options: SegmentPairOptions): Settings {
  const { maxLength = 128, shortSequenceProbability = 0.1, randomNextProbability = 0.5 } = options;
  const { seed = 0, pass = 0 } = options;
  throwProblems('segmentPairs', [
    ...rangeProblems({ seed, pass }, 'uint32'),
    ...rangeProblems({ shortSequenceProbability, randomNextProbability }, 'probability'),
    ...rangeProblems(
      { 'maxLength less its 3 special tokens and one': maxLength - SPECIAL_TOKENS - 1 },
      'count',
    ),
  ]);
  return { maxLength, shortSequenceProbability, randomNextProbability, seed, pass };
}
