/** Which implementation's results are wanted, and what that decides. The README's table explains each cell. */

/**
 * `huggingface`: transformers' BertTokenizerFast (tokenizers 0.22.2). `google`: tokenization.py of the original BERT
 * release. `tensorflow-text`: tensorflow_text's BertTokenizer, as TF-Hub's preprocessing models run it.
 */
export type Fidelity = 'huggingface' | 'google' | 'tensorflow-text';

/** What a fidelity decides besides the rules for characters. */
export interface FidelityRules {
  /** Longer words become the unknown token, unless the options say otherwise. */
  readonly maxInputCharsPerWord: number;
  /** What that limit counts: code points after normalisation, or their bytes in UTF-8. */
  readonly wordLimitUnit: 'codepoint' | 'byte';
  /** Whether special and added tokens are found in the text, rather than split like any other text. */
  readonly findsTokensInText: boolean;
  /** Which text of a pair keeps the odd token when both have to shrink to the same length. */
  readonly oddTokenTo: 'first' | 'second';
  /** Length of a row where nothing else gives one. */
  readonly modelMaxLength: number | undefined;
}

/** The rules of each fidelity. */
export const FIDELITIES: Readonly<Record<Fidelity, FidelityRules>> = {
  huggingface: {
    maxInputCharsPerWord: 100,
    wordLimitUnit: 'codepoint',
    findsTokensInText: true,
    oddTokenTo: 'second',
    modelMaxLength: undefined,
  },
  google: {
    maxInputCharsPerWord: 200,
    wordLimitUnit: 'codepoint',
    findsTokensInText: false,
    oddTokenTo: 'first',
    modelMaxLength: undefined,
  },
  'tensorflow-text': {
    maxInputCharsPerWord: 100,
    wordLimitUnit: 'byte',
    findsTokensInText: false,
    oddTokenTo: 'first',
    modelMaxLength: 128,
  },
};
