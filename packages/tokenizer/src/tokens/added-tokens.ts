/** Tokens that are found in the text as they are, before WordPiece sees it: `[MASK]`, and those a user adds. */

/** A token that is never cut. Fields and defaults are Hugging Face's `AddedToken`. */
export interface AddedToken {
  /** The text that stands for it. */
  readonly content: string;
  /** Skipped by `decode` with `skipSpecialTokens`. Default `false`. */
  readonly special?: boolean;
  /** Matched in the normalised text (so `Foo` matches an added `foo`). Default: the opposite of `special`. */
  readonly normalized?: boolean;
  /** Matched only when no word character stands on either side. Default `false`. */
  readonly singleWord?: boolean;
  /** Takes the white space before it along. Default `false`. */
  readonly lstrip?: boolean;
  /** Takes the white space after it along. Default `false`. */
  readonly rstrip?: boolean;
}

/** An added token with every field set, and its id. */
export interface ResolvedAddedToken extends Required<AddedToken> {
  readonly id: number;
}

/** A stretch of text, in UTF-16 code units: an added token, or (id `undefined`) text between two of them. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly id: number | undefined;
}

interface Pattern {
  readonly text: string;
  readonly token: ResolvedAddedToken;
}

const WORD_CHARACTER = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
/** What stands for something else in a regular expression. */
const SYNTAX = /[\\^$.*+?()[\]{}|]/g;
const WHITE_SPACE = /\p{White_Space}/u;

/** Finds added tokens, leftmost first and longest among those that start together. */
export class AddedTokenMatcher {
  readonly #tokens = new Map<string, ResolvedAddedToken>();
  readonly #firstUnits: readonly string[];
  readonly #pattern: RegExp;

  /** @param patterns what each token looks like in the text that will be searched */
  constructor(patterns: readonly Pattern[]) {
    for (const { text, token } of patterns) {
      // Of two tokens that look the same, the one added first wins.
      if (text !== '' && !this.#tokens.has(text)) this.#tokens.set(text, token);
    }
    const texts = [...this.#tokens.keys()].sort((a, b) => b.length - a.length);
    this.#firstUnits = [...new Set(texts.map((text) => text.charAt(0)))];
    this.#pattern = new RegExp(texts.map((text) => text.replace(SYNTAX, '\\$&')).join('|'), 'g');
  }

  /** True when there is nothing to look for. */
  get isEmpty(): boolean {
    return this.#tokens.size === 0;
  }

  /** `false`: none is in the text. `true`: there may be some. */
  mayOccurIn(text: string): boolean {
    return this.#firstUnits.some((unit) => text.includes(unit));
  }

  /** Cuts the text at every added token. The segments cover it; none is empty. */
  split(text: string): readonly Segment[] {
    const segments: Segment[] = [];
    let done = 0;
    for (const { 0: found, index } of this.isEmpty ? [] : text.matchAll(this.#pattern)) {
      const token = this.#tokens.get(found);
      let from = index;
      let to = index + found.length;
      if (token === undefined || (token.singleWord && touchesWord(text, from, to))) continue;
      if (token.lstrip) while (from > done && WHITE_SPACE.test(text.charAt(from - 1))) from -= 1;
      if (token.rstrip) while (to < text.length && WHITE_SPACE.test(text.charAt(to))) to += 1;
      if (from > done) segments.push({ from: done, to: from, id: undefined });
      segments.push({ from, to, id: token.id });
      done = to;
    }
    if (done < text.length) segments.push({ from: done, to: text.length, id: undefined });
    return segments;
  }
}

function touchesWord(text: string, from: number, to: number): boolean {
  const [before = ''] = [...text.slice(Math.max(0, from - 2), from)].slice(-1);
  const [after = ''] = text.slice(to, to + 2);
  return WORD_CHARACTER.test(`${before} ${after}`);
}

/**
 * Fills in defaults and gives ids: a token the vocabulary has keeps its id, others are numbered on from its end.
 * @param idOf id in the vocabulary
 * @param vocabularySize first free id
 */
export function resolveAddedTokens(
  tokens: readonly AddedToken[],
  idOf: (token: string) => number | undefined,
  vocabularySize: number,
): readonly ResolvedAddedToken[] {
  const resolved = new Map<string, ResolvedAddedToken>();
  let next = vocabularySize;
  for (const token of tokens) {
    if (token.content === '') continue;
    const special = token.special ?? false;
    resolved.set(token.content, {
      content: token.content,
      special,
      normalized: token.normalized ?? !special,
      singleWord: token.singleWord ?? false,
      lstrip: token.lstrip ?? false,
      rstrip: token.rstrip ?? false,
      id: resolved.get(token.content)?.id ?? idOf(token.content) ?? next++,
    });
  }
  return [...resolved.values()];
}
