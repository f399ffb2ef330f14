import { CONFIG_FIELDS, checkConfig, configError } from './config-fields.js';
import type { PrunedHeads } from './surgery/pruned-heads.js';

/**
 * Activation of the feed-forward blocks: `gelu` is x·Φ(x) with the exact error function (Hugging Face `gelu`),
 * `gelu-tanh` its tanh approximation (Google since February 2019, TF Hub, KerasHub; Hugging Face `gelu_new`).
 * The two differ by up to 5e-4 per value: a model must be run with the one it was trained with.
 */
export type Activation = 'gelu' | 'gelu-tanh' | 'relu';

/** Everything about a BERT that its weights do not say. Letters: D hidden, H heads, L layers, V vocabulary. */
export interface BertConfig {
  /** V, rows of the word embedding. `vocab_size` */
  readonly vocabSize: number;
  /** D, width of every hidden state; divisible by `numHeads`. `hidden_size` */
  readonly hiddenSize: number;
  /** L, transformer layers. `num_hidden_layers` */
  readonly numLayers: number;
  /** H, attention heads per layer. `num_attention_heads` */
  readonly numHeads: number;
  /** width of the feed-forward blocks. `intermediate_size` */
  readonly intermediateSize: number;
  /** activation of the feed-forward blocks. `hidden_act` */
  readonly activation: Activation;
  /** dropout rate, in [0, 1), of embeddings and of every dense output before its residual. `hidden_dropout_prob` */
  readonly hiddenDropout: number;
  /** dropout rate, in [0, 1), of attention probabilities. `attention_probs_dropout_prob` */
  readonly attentionDropout: number;
  /** dropout rate, in [0, 1), before a head; `null` means `hiddenDropout`. `classifier_dropout` */
  readonly classifierDropout: number | null;
  /** most tokens in one input, rows of the position embedding. `max_position_embeddings` */
  readonly maxPosition: number;
  /** segments, rows of the token type embedding. `type_vocab_size` */
  readonly typeVocabSize: number;
  /** added to the variance in every LayerNorm. `layer_norm_eps` */
  readonly layerNormEpsilon: number;
  /** standard deviation of freshly initialised kernels and embeddings. `initializer_range` */
  readonly initializerRange: number;
  /** id of `[PAD]`; its word embedding is initialised to zeros. `pad_token_id` */
  readonly padTokenId: number;
  /** heads that some layers no longer have, see `pruneHeads`; absent where no head is missing. `pruned_heads` */
  readonly prunedHeads?: PrunedHeads | undefined;
}

/** Depth and width of the BERTs that Google released; the rest follows by `createBertConfig`. */
export const bertSizes = {
  tiny: { numLayers: 2, hiddenSize: 128 },
  mini: { numLayers: 4, hiddenSize: 256 },
  small: { numLayers: 4, hiddenSize: 512 },
  medium: { numLayers: 8, hiddenSize: 512 },
  base: { numLayers: 12, hiddenSize: 768 },
  large: { numLayers: 24, hiddenSize: 1024 },
} as const satisfies Readonly<Record<string, Pick<BertConfig, 'numLayers' | 'hiddenSize'>>>;

/**
 * A complete, checked configuration from the fields that differ from BERT-base.
 * As in all released sizes `numHeads` is `hiddenSize / 64` and `intermediateSize` is `4 * hiddenSize` unless given.
 * @throws ConfigError `invalid-config` with every problem
 * @example createBertConfig({ ...bertSizes.tiny, vocabSize: 8000 }).numHeads // 2
 */
export function createBertConfig(fields: Partial<BertConfig> = {}): BertConfig {
  const defaults = Object.fromEntries(
    Object.entries(CONFIG_FIELDS).map(([field, { initial }]) => [field, initial]),
  );
  const hiddenSize = fields.hiddenSize ?? bertSizes.base.hiddenSize;
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const values: Record<string, unknown> = {
    ...defaults,
    numHeads: hiddenSize % 64 === 0 ? hiddenSize / 64 : undefined,
    intermediateSize: 4 * hiddenSize,
    ...given,
  };
  const { config, problems } = checkConfig(values, (field) => field);
  for (const field of Object.keys(given)) {
    if (!(field in CONFIG_FIELDS) && field !== 'prunedHeads') {
      problems.push({ field, expected: 'a field of BertConfig', found: JSON.stringify(values[field]) });
    }
  }
  if (config === undefined || problems.length > 0) throw configError('createBertConfig', problems);
  return config;
}
