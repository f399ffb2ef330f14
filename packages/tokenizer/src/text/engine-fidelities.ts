/**
 * The fidelities besides `huggingface`. Nothing is imported that a page has loaded already, so that bundlers can make
 * one piece of them.
 */
import { isPunctuation } from './engine-characters.js';
import type { FidelityCode } from './fidelity-code.js';
import { googleSteps } from './google-normalizer.js';
import { isIdeograph } from './ideographs.js';
import { tensorflowTextSteps } from './tensorflow-text-normalizer.js';

/** They have fewer switches than Hugging Face's, and find no added tokens in texts; what they lack cannot be honoured. */
const refused: FidelityCode['refused'] = (settings) =>
  (
    [
      ['stripAccents', settings.lowercase, settings.stripAccents],
      ['cleanText', true, settings.cleanText],
      ['tokenizeChineseChars', true, settings.tokenizeChineseChars],
      ['addedTokens', undefined, settings.furtherToken],
    ] as const
  ).flatMap(([option, done, found]) => (done === found ? [] : [[option, found]]));

/** By their names. */
export const ENGINE_FIDELITIES: Readonly<Record<string, FidelityCode>> = {
  google: { steps: googleSteps, isWord: isPunctuation, refused },
  'tensorflow-text': {
    steps: tensorflowTextSteps,
    isWord: (codePoint) => isPunctuation(codePoint) || isIdeograph(codePoint),
    refused,
  },
};
