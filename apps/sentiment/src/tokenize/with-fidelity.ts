import { BertTokenizer, type Fidelity } from '@bertune/tokenizer';

/**
 * The same tokenizer by the rules of another implementation: its limits where this one's come from its own rules.
 * @throws TokenizerError `bad-option` for a switch or an added token that the other does not know
 */
export function withFidelity(tokenizer: BertTokenizer, fidelity: Fidelity): BertTokenizer {
  const { maxInputCharsPerWord: _limit, modelMaxLength, maskToken, ...settings } = tokenizer.settings;
  return new BertTokenizer(tokenizer.vocabulary, {
    ...settings,
    fidelity,
    maskToken: maskToken ?? null,
    addedTokens: tokenizer.addedTokens,
    ...(modelMaxLength === undefined ? {} : { modelMaxLength }),
  });
}
