import { FIDELITIES } from '../text/fidelity.js';
import { stringOf } from '../text/normalized-text.js';
import { normalize } from '../text/normalizer.js';
import { AddedTokenMatcher } from './added-tokens.js';
import type { ResolvedAddedToken } from './added-tokens.js';
import type { SequenceSettings } from './text-tokenizer.js';

/** Where added tokens are looked for, one after the other. */
export interface AddedTokenFinders {
  /** In the text as it is. */
  readonly asWritten: AddedTokenMatcher;
  /** In what lies between those, normalised. */
  readonly normalized: AddedTokenMatcher;
}

/** Both are empty where the fidelity finds no tokens in texts. */
export function findAddedTokens(
  tokens: readonly ResolvedAddedToken[],
  settings: SequenceSettings,
): AddedTokenFinders {
  const found = FIDELITIES[settings.fidelity].findsTokensInText ? tokens : [];
  const matcher = (normalized: boolean, textOf: (content: string) => string): AddedTokenMatcher =>
    new AddedTokenMatcher(
      found
        .filter((token) => token.normalized === normalized)
        .map((token) => ({ text: textOf(token.content), token })),
    );
  return {
    asWritten: matcher(false, (content) => content),
    normalized: matcher(true, (content) =>
      stringOf(normalize(content, 0, content.length, settings).codePoints),
    ),
  };
}
