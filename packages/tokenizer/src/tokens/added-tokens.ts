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
const WHITE_SPACE = /\p{White_Space}/u;

/** Finds added tokens, leftmost first and longest among those that start together. */
export class AddedTokenMatcher {
  readonly #byFirstUnit = new Map<number, Pattern[]>();

  /** @param patterns what each token looks like in the text that will be searched */
  constructor(patterns: readonly Pattern[]) {
    for (const pattern of patterns) {
      if (pattern.text === '') continue;
      const unit = pattern.text.charCodeAt(0);
      const list = this.#byFirstUnit.get(unit) ?? [];
      list.push(pattern);
      // A stable sort: of two tokens that look the same, the one added first wins.
      list.sort((a, b) => b.text.length - a.text.length);
      this.#byFirstUnit.set(unit, list);
    }
  }

  /** True when there is nothing to look for. */
  get isEmpty(): boolean {
    return this.#byFirstUnit.size === 0;
  }

  /** `false`: none is in the text. `true`: there may be some. */
  mayOccurIn(text: string): boolean {
    for (const unit of this.#byFirstUnit.keys()) if (text.includes(String.fromCharCode(unit))) return true;
    return false;
  }

  /** `false`: none is in the text. `true`: some are, though they may not be matched. */
  isIn(text: string): boolean {
    for (const patterns of this.#byFirstUnit.values())
      if (patterns.some((each) => text.includes(each.text))) return true;
    return false;
  }

  /** Cuts the text at every added token. The segments cover it; none is empty. */
  split(text: string): readonly Segment[] {
    const segments: Segment[] = [];
    let done = 0;
    for (const { at, pattern } of this.#matches(text)) {
      const { token } = pattern;
      let from = at;
      let to = at + pattern.text.length;
      if (token.singleWord && touchesWord(text, from, to)) continue;
      if (token.lstrip) while (from > done && WHITE_SPACE.test(text.charAt(from - 1))) from -= 1;
      if (token.rstrip) while (to < text.length && WHITE_SPACE.test(text.charAt(to))) to += 1;
      if (from > done) segments.push({ from: done, to: from, id: undefined });
      segments.push({ from, to, id: token.id });
      done = to;
    }
    if (done < text.length) segments.push({ from: done, to: text.length, id: undefined });
    return segments;
  }

  /** What looks like an added token, left to right, without overlaps. Each first unit is searched for only once. */
  *#matches(text: string): Generator<{ readonly at: number; readonly pattern: Pattern }> {
    const cursors = [...this.#byFirstUnit].map(([unit, patterns]) => ({
      first: String.fromCharCode(unit),
      patterns,
      at: -1,
    }));
    for (let search = 0; search < text.length;) {
      let next: (typeof cursors)[number] | undefined;
      for (const cursor of cursors) {
        if (cursor.at < search) {
          const found = text.indexOf(cursor.first, search);
          cursor.at = found === -1 ? Infinity : found;
        }
        if (cursor.at < (next?.at ?? Infinity)) next = cursor;
      }
      if (next === undefined) return;
      const { at, patterns } = next;
      const pattern = patterns.find((candidate) => text.startsWith(candidate.text, at));
      search = at + (pattern?.text.length ?? 1);
      if (pattern !== undefined) yield { at, pattern };
    }
  }
}

function touchesWord(text: string, from: number, to: number): boolean {
  const before = [...text.slice(Math.max(0, from - 2), from)].at(-1);
  const after = to < text.length ? String.fromCodePoint(text.codePointAt(to) ?? 0) : undefined;
  return (
    (before !== undefined && WORD_CHARACTER.test(before)) ||
    (after !== undefined && WORD_CHARACTER.test(after))
  );
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
