/** Runs one text through the general path and writes down what each stage made of it. */
import type { Encoding } from '../encoding/encoding.js';
import { normalizationStages } from '../text/normalizer.js';
import { SequenceTokenizer } from '../general/sequence-tokenizer.js';
import type { Piece } from '../general/wordpiece.js';
import { stringOf } from '../text/normalized-text.js';
import type { NormalizedText, NormalizerSettings, StageResult } from '../text/normalized-text.js';
import type { BertTokenizer } from '../tokenizer.js';
import { normalizerSettings } from '../tokenizer-options.js';
import { Vocabulary } from '../wordpiece/vocabulary.js';
import type {
  ExplainedAddedToken,
  ExplainedChange,
  ExplainedSource,
  ExplainedText,
  ExplainedToken,
  ExplainedUnknown,
  ExplainedWord,
  Explanation,
} from './explanation.js';

/** Paths made before, since making one goes through the whole vocabulary. */
const PATHS = new WeakMap<BertTokenizer, SequenceTokenizer>();

/**
 * What each stage makes of one text: added tokens, cleaning, normalisation, words, pieces, the final row. Plain data
 * for looking at (it can go through JSON), made on the general path and not fast. Nothing is truncated.
 */
export function explain(tokenizer: BertTokenizer, text: string): Explanation {
  const settings = normalizerSettings(tokenizer.settings);
  const tokenOf = (id: number): string | undefined => tokenizer.tokenOf(id);
  let path = PATHS.get(tokenizer);
  if (path === undefined) {
    const vocabulary = new Vocabulary(tokenizer.vocabulary, tokenizer.settings.continuingSubwordPrefix);
    path = new SequenceTokenizer(vocabulary, tokenizer.unkTokenId, settings, tokenizer.addedTokens);
    PATHS.set(tokenizer, path);
  }
  const segments: (ExplainedAddedToken | ExplainedText)[] = [];
  let words: (ExplainedWord | ExplainedAddedToken)[] = [];
  path.tokenize(text, {
    text(from, to) {
      words = [];
      segments.push(explainText(text, from, to, settings, words));
    },
    added(id, from, to, matched) {
      const token = {
        kind: 'added-token',
        id,
        token: tokenOf(id) ?? '',
        ...sourceOf(text, from, to),
      } as const;
      if (matched === 'written') segments.push(token);
      else words.push(token);
    },
    word(part, from, to, pieces) {
      words.push(explainWord(text, part, from, to, pieces, tokenOf));
    },
  });
  const encoding = tokenizer.encode(text, { truncation: false, padding: false });
  return { text, segments, tokens: explainTokens(text, encoding) };
}

function explainText(
  text: string,
  from: number,
  to: number,
  settings: NormalizerSettings,
  words: readonly (ExplainedWord | ExplainedAddedToken)[],
): ExplainedText {
  const results = normalizationStages(text, from, to, settings);
  const stages = results.map(({ stage, normalized }) => ({ stage, text: stringOf(normalized.codePoints) }));
  return {
    kind: 'text',
    ...sourceOf(text, from, to),
    stages,
    cleaned: stages.find(({ stage }) => stage === 'cleaned')?.text ?? text.slice(from, to),
    normalized: stages.at(-1)?.text ?? text.slice(from, to),
    changes: changesOf(text, from, to, results),
    words,
  };
}

/** Compares what each stage has of each character with what the stage before had. */
function changesOf(
  text: string,
  from: number,
  to: number,
  results: readonly StageResult[],
): readonly ExplainedChange[] {
  const stages = results.map(({ stage, normalized }) => ({ stage, bySource: groupBySource(normalized) }));
  const changes: ExplainedChange[] = [];
  for (let start = from; start < to;) {
    const source = sourceOf(text, start, endOf(text, start, to));
    let result = source.source;
    const changedBy: StageResult['stage'][] = [];
    for (const { stage, bySource } of stages) {
      const after = bySource.get(start) ?? '';
      if (after !== result) changedBy.push(stage);
      result = after;
    }
    if (changedBy.length > 0) changes.push({ ...source, result, stages: changedBy });
    start = source.end;
  }
  return changes;
}

function groupBySource({ codePoints, sources }: NormalizedText): ReadonlyMap<number, string> {
  const groups = new Map<number, string>();
  codePoints.forEach((codePoint, index) => {
    const source = sources[index] ?? 0;
    groups.set(source, (groups.get(source) ?? '') + String.fromCodePoint(codePoint));
  });
  return groups;
}

function explainWord(
  text: string,
  { codePoints, sources }: NormalizedText,
  from: number,
  to: number,
  pieces: readonly Piece[],
  tokenOf: (id: number) => string | undefined,
): ExplainedWord {
  const sourceBetween = (first: number, end: number): ExplainedSource =>
    sourceOf(text, sources[first] ?? 0, endOf(text, sources[end - 1] ?? 0));
  const reason = pieces[0]?.unknown;
  const unknown: ExplainedUnknown | null =
    reason?.reason === 'no-piece'
      ? { reason: 'no-piece', rest: stringOf(codePoints.slice(from + reason.at, to)) }
      : (reason ?? null);
  return {
    kind: 'word',
    ...sourceBetween(from, to),
    text: stringOf(codePoints.slice(from, to)),
    pieces: pieces.map((piece) => ({
      id: piece.id,
      token: tokenOf(piece.id) ?? '',
      ...sourceBetween(from + piece.from, from + piece.to),
    })),
    unknown,
  };
}

function explainTokens(text: string, encoding: Encoding): readonly ExplainedToken[] {
  return encoding.tokens.map((token, index) => {
    const [start, end] = encoding.offsets[index] ?? [0, 0];
    return {
      id: encoding.inputIds[index] ?? 0,
      token,
      type: encoding.tokenTypeIds[index] ?? 0,
      word: encoding.wordIds[index] ?? null,
      special: encoding.specialTokensMask[index] === 1,
      ...sourceOf(text, start, end),
    };
  });
}

function sourceOf(text: string, start: number, end: number): ExplainedSource {
  return { start, end, source: text.slice(start, end) };
}

function endOf(text: string, start: number, limit = text.length): number {
  return Math.min(limit, start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1));
}
