import type { Activation, BertConfig } from './config.js';
import { ConfigError, type ConfigProblem } from './errors.js';
import { checkPrunedHeads } from './surgery/pruned-heads.js';

type Kind =
  'count' | 'small count' | 'id' | 'rate' | 'rate or null' | 'size above zero' | 'deviation' | 'activation';

interface Field {
  /** key in `config.json` and `bert_config.json` */
  readonly upstream: string;
  readonly kind: Kind;
  /** BERT-base's value */
  readonly initial: number | string | null;
  /** whether every known writer of the files writes the key, so that its absence means a wrong file */
  readonly required: boolean;
}

/** A field of the table below: of one value, and never absent. */
export type ConfigField = Exclude<keyof BertConfig, 'prunedHeads'>;

/** The one table of fields: reader, writer, defaults and checks follow from it. */
export const CONFIG_FIELDS: Readonly<Record<ConfigField, Field>> = {
  vocabSize: { upstream: 'vocab_size', kind: 'count', initial: 30522, required: true },
  hiddenSize: { upstream: 'hidden_size', kind: 'count', initial: 768, required: true },
  numLayers: { upstream: 'num_hidden_layers', kind: 'small count', initial: 12, required: true },
  numHeads: { upstream: 'num_attention_heads', kind: 'small count', initial: 12, required: true },
  intermediateSize: { upstream: 'intermediate_size', kind: 'count', initial: 3072, required: true },
  activation: { upstream: 'hidden_act', kind: 'activation', initial: 'gelu', required: true },
  hiddenDropout: { upstream: 'hidden_dropout_prob', kind: 'rate', initial: 0.1, required: false },
  attentionDropout: { upstream: 'attention_probs_dropout_prob', kind: 'rate', initial: 0.1, required: false },
  classifierDropout: { upstream: 'classifier_dropout', kind: 'rate or null', initial: null, required: false },
  maxPosition: { upstream: 'max_position_embeddings', kind: 'count', initial: 512, required: true },
  // Required although upstream has defaults: they differ (2 in Hugging Face, 16 in Google's code).
  typeVocabSize: { upstream: 'type_vocab_size', kind: 'count', initial: 2, required: true },
  layerNormEpsilon: { upstream: 'layer_norm_eps', kind: 'size above zero', initial: 1e-12, required: false },
  initializerRange: { upstream: 'initializer_range', kind: 'deviation', initial: 0.02, required: false },
  padTokenId: { upstream: 'pad_token_id', kind: 'id', initial: 0, required: false },
};

const ACTIVATIONS: readonly Activation[] = ['gelu', 'gelu-tanh', 'relu'];

/** Most layers and heads: what is made for each takes memory before a single weight is looked at. */
const MOST = 4096;

const isRate = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < 1;
const isInteger = (value: unknown, least: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value < 2 ** 31;
const isFinite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const RULES: Readonly<Record<Kind, { readonly expected: string; accepts(value: unknown): boolean }>> = {
  count: { expected: 'an integer from 1', accepts: (value) => isInteger(value, 1) },
  'small count': {
    expected: `an integer from 1 to ${MOST}`,
    accepts: (value) => isInteger(value, 1) && (value as number) <= MOST,
  },
  id: { expected: 'an integer from 0', accepts: (value) => isInteger(value, 0) },
  rate: { expected: 'a number in [0, 1)', accepts: isRate },
  'rate or null': {
    expected: 'a number in [0, 1) or null',
    accepts: (value) => value === null || isRate(value),
  },
  'size above zero': { expected: 'a number above 0', accepts: (value) => isFinite(value) && value > 0 },
  deviation: { expected: 'a number from 0', accepts: (value) => isFinite(value) && value >= 0 },
  activation: {
    expected: `one of ${ACTIVATIONS.join(', ')}`,
    accepts: (value) => ACTIVATIONS.some((activation) => activation === value),
  },
};

/**
 * Checks each field and what must hold between them.
 * @param values by field; `undefined` is a missing field
 * @param label how the source spells a field
 * @returns the configuration, or `undefined` with the reasons
 */
export function checkConfig(
  values: Readonly<Record<string, unknown>>,
  label: (field: keyof BertConfig) => string,
): { config: BertConfig | undefined; problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const checked: Record<string, unknown> = {};
  for (const field of Object.keys(CONFIG_FIELDS) as ConfigField[]) {
    const rule = RULES[CONFIG_FIELDS[field].kind];
    const value = values[field];
    if (rule.accepts(value)) checked[field] = value;
    else problems.push({ field: label(field), expected: rule.expected, found: JSON.stringify(value) });
  }
  const { hiddenSize, numHeads, numLayers, padTokenId, vocabSize } = checked as Partial<BertConfig>;
  if (hiddenSize !== undefined && numHeads !== undefined && hiddenSize % numHeads !== 0) {
    const expected = `a multiple of ${label('numHeads')} (${numHeads})`;
    problems.push({ field: label('hiddenSize'), expected, found: String(hiddenSize) });
  }
  if (padTokenId !== undefined && vocabSize !== undefined && padTokenId >= vocabSize) {
    const expected = `below ${label('vocabSize')} (${vocabSize})`;
    problems.push({ field: label('padTokenId'), expected, found: String(padTokenId) });
  }
  if (numHeads !== undefined && numLayers !== undefined) {
    const pruned = checkPrunedHeads(values.prunedHeads, { numHeads, numLayers }, label('prunedHeads'));
    if (pruned.problem) problems.push(pruned.problem);
    if (pruned.heads) checked.prunedHeads = pruned.heads;
  }
  // Every field has passed its rule, which is what the type says.
  return { config: problems.length === 0 ? (checked as unknown as BertConfig) : undefined, problems };
}

/** The error that lists all problems, one per line. */
export function configError(source: string, problems: readonly ConfigProblem[]): ConfigError {
  const lines = problems.map(
    ({ field, expected, found }) =>
      `  ${field}: expected ${expected}, ${found === undefined ? 'but it is missing' : `found ${found}`}`,
  );
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return new ConfigError(
    'invalid-config',
    source,
    problems,
    `${source}: ${count} in the BERT configuration.\n${lines.join('\n')}`,
  );
}
