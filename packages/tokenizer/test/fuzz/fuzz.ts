/** Random texts through both paths until one differs. */
import type { BertTokenizer, BertTokenizerOptions } from '../../src/index.js';
import { answer, type FuzzCall, randomCall } from './calls.js';
import { drawFrom } from './random.js';
import type { Setup } from './setups.js';
import { smallest } from './smallest.js';
import { randomText } from './texts.js';

/** Texts of one call: enough for padding to matter. */
const MOST_TEXTS = 4;

/** Texts on which the paths differ. */
export interface Difference {
  /** As small as could be found, in which the paths still differ. */
  readonly call: FuzzCall;
  /** Options of the tokenizer. */
  readonly tokenizer: BertTokenizerOptions;
  /** What the path gives that the tokenizer chooses. */
  readonly auto: unknown;
  /** What the general path gives. */
  readonly general: unknown;
  /** How many texts were tried before, this one included. */
  readonly tried: number;
  /** False where it takes the texts before it (a cache) to make the paths differ: then the call is the original one. */
  readonly alone: boolean;
}

/** What to run. */
export interface FuzzRequest {
  /** How many texts. */
  readonly count: number;
  readonly seed: number;
  readonly setups: readonly Setup[];
  /** A new pair of tokenizers, with nothing remembered. */
  readonly fresh: (options: BertTokenizerOptions) => Pick<Setup, 'auto' | 'general'>;
  /** Called about a hundred times. */
  readonly onProgress?: (tried: number) => void;
}

/** @returns the first difference, made small; undefined where all texts agree */
export function fuzz({ count, seed, setups, fresh, onProgress }: FuzzRequest): Difference | undefined {
  const draw = drawFrom(seed);
  const words: string[] = [];
  const step = Math.ceil(count / 100);
  let told = 0;
  for (let tried = 0; tried < count;) {
    const setup = draw.pick(setups);
    const texts = Array.from({ length: Math.min(1 + draw.upTo(MOST_TEXTS), count - tried) }, () =>
      randomText(draw, words),
    );
    tried += texts.length;
    const call = randomCall(draw, texts);
    if (differ(setup, call)) return explainDifference(setup, call, tried, fresh);
    if (tried - told >= step) onProgress?.((told = tried));
  }
  return undefined;
}

function differ(
  pair: { readonly auto: BertTokenizer; readonly general: BertTokenizer },
  call: FuzzCall,
): boolean {
  return JSON.stringify(answer(pair.auto, call)) !== JSON.stringify(answer(pair.general, call));
}

function explainDifference(
  { options, ...pair }: Setup,
  call: FuzzCall,
  tried: number,
  fresh: FuzzRequest['fresh'],
): Difference {
  const alone = differ(fresh(options), call);
  const small = alone ? smallest(call, (each) => differ(fresh(options), each)) : call;
  const shown = alone ? fresh(options) : pair;
  return {
    call: small,
    tokenizer: options,
    auto: answer(shown.auto, small),
    general: answer(shown.general, small),
    tried,
    alone,
  };
}
