/** The same tokenizer on the general path, to hold the fast one against. */
import { PATH } from '../src/fast/make-text-tokenizer.js';
import type { PathOption } from '../src/fast/make-text-tokenizer.js';
import { SequenceTokenizer } from '../src/general/sequence-tokenizer.js';
import { BertTokenizer, TokenizerError } from '../src/index.js';
import type { BertTokenizerOptions, Encoding } from '../src/index.js';
import type { MakeTextTokenizer } from '../src/tokens/text-tokenizer.js';

/** The path to hold the fast one against. */
export const makeGeneralPath: MakeTextTokenizer = (...parts) => new SequenceTokenizer(...parts);

/** A tokenizer like the given one that leaves the fast path out. */
export function onGeneralPath({ vocabulary, settings, addedTokens }: BertTokenizer): BertTokenizer {
  const options = {
    ...settings,
    maskToken: settings.maskToken ?? null,
    addedTokens,
    [PATH]: makeGeneralPath,
  } as BertTokenizerOptions & PathOption;
  return new BertTokenizer(vocabulary, options);
}

/** All that an encoding says, read in the given order of its fields. */
export function plain(encoding: Encoding): unknown {
  const { tokens, offsets, wordIds, sequenceIds, specialTokensMask, attentionMask, tokenTypeIds } = encoding;
  return {
    inputIds: [...encoding.inputIds],
    tokenTypeIds: [...tokenTypeIds],
    attentionMask: [...attentionMask],
    specialTokensMask: [...specialTokensMask],
    tokens,
    offsets,
    wordIds,
    sequenceIds,
    overflowing: encoding.overflowing.map(plain),
  };
}

/** What `run` gives, or what its TokenizerError says. */
export function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    return { code: error.code, message: error.message, details: error.details };
  }
}
