/** Tokens -> text. */

const DO_NOT = ' do not';
/**
 * What loses the white space round it, or becomes "don't", in this order: in each token with the space before it, always;
 * then, with clean-up, in the whole but for "do not".
 */
const TIDIED = [' .', ' ?', ' !', ' ,', " ' ", " n't", " 'm", DO_NOT, " 's", " 've", " 're"];
const TIDIED_IN_TEXT = TIDIED.filter((part) => part !== DO_NOT);

/** How tokens are joined. */
export interface DecoderSettings {
  /** What marks a piece that goes on the word before it. */
  readonly continuingSubwordPrefix: string;
  /** English punctuation and contractions lose the space before them where it lies at the edge of a token. */
  readonly decoderCleanup: boolean;
}

/** Joins tokens: pieces to the one before, others after a space; `cleanUp` repeats the clean-up over the whole text. */
export function decodeTokens(
  tokens: readonly string[],
  cleanUp: boolean,
  { continuingSubwordPrefix: prefix, decoderCleanup }: DecoderSettings,
): string {
  const text = tokens
    .map((token, index) => (index === 0 ? token : withJoint(token, prefix)))
    .map((token) => (decoderCleanup ? tidy(token, TIDIED) : token))
    .join('');
  return cleanUp ? tidy(text, TIDIED_IN_TEXT) : text;
}

function withJoint(token: string, prefix: string): string {
  return token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
}

function tidy(text: string, parts: readonly string[]): string {
  return parts.reduce(
    (tidied, part) => tidied.replaceAll(part, part === DO_NOT ? " don't" : part.trim()),
    text,
  );
}
