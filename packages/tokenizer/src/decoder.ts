/** Tokens -> text. */
import { CONTINUATION_PREFIX } from './wordpiece/vocabulary.js';

/** Applied to each token with the space before it, always; then, with clean-up, to the whole but for "do not". */
const REPLACEMENTS: readonly (readonly [from: string, to: string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];
const ONLY_IN_TOKENS = ' do not';

/**
 * Joins tokens: `##` pieces to the one before, others after a space. English punctuation and contractions lose the
 * space before them where it lies at the edge of a token; `cleanUp` repeats that over the whole text.
 */
export function decodeTokens(tokens: readonly string[], cleanUp: boolean): string {
  const text = tokens
    .map((token, index) => replace(index === 0 ? token : withJoint(token), () => true))
    .join('');
  return cleanUp ? replace(text, (from) => from !== ONLY_IN_TOKENS) : text;
}

function withJoint(token: string): string {
  return token.startsWith(CONTINUATION_PREFIX) ? token.slice(CONTINUATION_PREFIX.length) : ` ${token}`;
}

function replace(text: string, wanted: (from: string) => boolean): string {
  let result = text;
  for (const [from, to] of REPLACEMENTS) if (wanted(from)) result = result.replaceAll(from, to);
  return result;
}
