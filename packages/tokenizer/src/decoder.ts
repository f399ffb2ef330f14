/** Tokens -> text. */

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
    .map((token) => (decoderCleanup ? replace(token, () => true) : token))
    .join('');
  return cleanUp ? replace(text, (from) => from !== ONLY_IN_TOKENS) : text;
}

function withJoint(token: string, prefix: string): string {
  return token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
}

function replace(text: string, wanted: (from: string) => boolean): string {
  let result = text;
  for (const [from, to] of REPLACEMENTS) if (wanted(from)) result = result.replaceAll(from, to);
  return result;
}
