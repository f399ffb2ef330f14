import type { Activation, BertConfig } from './config.js';
import { isKerasConfig, parseKerasConfig } from './config-keras-hub.js';
import { CONFIG_FIELDS, checkConfig, configError } from './config-fields.js';
import { ConfigError, type ConfigProblem } from './errors.js';

/**
 * Whose file it is. The keys are the same; what `"hidden_act": "gelu"` means is not: the exact error function for
 * Hugging Face, the tanh approximation for Google (modeling.py since bee6030, February 2019).
 */
export type ConfigFlavour = 'hugging-face' | 'google';

/** How a configuration file is read. */
export interface ParseConfigOptions {
  /**
   * Default: Hugging Face's when the file has `model_type` or is called `config.json` (which `transformers` reads as
   * its own with or without that key); Google's otherwise, as `bert_config.json` is.
   */
  readonly flavour?: ConfigFlavour | undefined;
}

const ACTIVATIONS: Readonly<Record<ConfigFlavour, ReadonlyMap<unknown, Activation>>> = {
  'hugging-face': new Map<unknown, Activation>([
    ['gelu', 'gelu'],
    ['gelu_python', 'gelu'],
    ['gelu_new', 'gelu-tanh'],
    ['gelu_pytorch_tanh', 'gelu-tanh'],
    ['gelu_python_tanh', 'gelu-tanh'],
    ['gelu_fast', 'gelu-tanh'],
    ['gelu_accurate', 'gelu-tanh'],
    ['relu', 'relu'],
  ]),
  google: new Map<unknown, Activation>([
    ['gelu', 'gelu-tanh'],
    ['relu', 'relu'],
  ]),
};

const UPSTREAM_ACTIVATION: Readonly<Record<Activation, string>> = {
  gelu: 'gelu',
  'gelu-tanh': 'gelu_new',
  relu: 'relu',
};

/** Keys whose other values mean a model that this encoder is not. */
const UNSUPPORTED: readonly {
  readonly key: string;
  readonly expected: string;
  accepts(value: unknown): boolean;
}[] = [
  {
    key: 'model_type',
    expected: '"bert" (other architectures have other layers)',
    accepts: (v) => v === 'bert',
  },
  {
    key: 'position_embedding_type',
    expected: '"absolute" (relative positions are not implemented)',
    accepts: (v) => v === null || v === 'absolute',
  },
  { key: 'is_decoder', expected: 'false (this is an encoder)', accepts: (v) => v === null || v === false },
  {
    key: 'add_cross_attention',
    expected: 'false (this is an encoder)',
    accepts: (v) => v === null || v === false,
  },
  { key: 'quantization_config', expected: 'weights that are not quantized', accepts: (v) => v === null },
];

/** Key of the heads that layers no longer have: written by `transformers` up to 4.57, together with the smaller weights. */
const PRUNED_HEADS = 'pruned_heads';

/** Keys the writer sets itself, so that a stale value is never carried over. */
const REWRITTEN = new Set([
  PRUNED_HEADS,
  'model_type',
  'architectures',
  'dtype',
  'torch_dtype',
  'transformers_version',
]);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasKey = (object: object, key: string): boolean => Object.prototype.hasOwnProperty.call(object, key);

function flavourOf(json: object, source: string): ConfigFlavour {
  const name = source.split(/[\\/]/).at(-1)?.split(/[?#]/)[0];
  return name === 'config.json' || hasKey(json, 'model_type') ? 'hugging-face' : 'google';
}

/**
 * Reads Hugging Face's `config.json`, Google's `bert_config.json` or the `config.json` of a KerasHub preset.
 * Sizes and the activation must be there; rates, epsilon, deviation and pad id default to BERT's as upstream.
 * Keys that are not BERT's are left alone: `bertConfigExtra` keeps them.
 * @param json the parsed file
 * @param source path or address, for the messages and for telling the flavour
 * @throws ConfigError `not-json` when it is not an object, `invalid-config` with every problem at once
 */
export function parseBertConfig(json: unknown, source: string, options: ParseConfigOptions = {}): BertConfig {
  if (!isObject(json)) {
    throw new ConfigError(
      'not-json',
      source,
      [],
      `${source}: expected a JSON object, found ${typeName(json)}.`,
    );
  }
  if (isKerasConfig(json)) return parseKerasConfig(json, source);
  const flavour = options.flavour ?? flavourOf(json, source);
  const values: Record<string, unknown> = {};
  // First, since of another architecture most fields have other names.
  const problems: ConfigProblem[] = UNSUPPORTED.filter(
    ({ key, accepts }) => hasKey(json, key) && !accepts(json[key]),
  ).map(({ key, expected }) => ({ field: key, expected, found: JSON.stringify(json[key]) }));
  for (const [field, { upstream, initial, required }] of Object.entries(CONFIG_FIELDS)) {
    // A null is Python's None: not set, for a field that need not be.
    const given = hasKey(json, upstream) && (required || json[upstream] !== null);
    values[field] = given ? json[upstream] : required ? undefined : initial;
  }

  values.prunedHeads = hasKey(json, PRUNED_HEADS) ? json[PRUNED_HEADS] : undefined;

  const known = ACTIVATIONS[flavour];
  const activation = known.get(values.activation);
  if (activation === undefined) {
    const expected = `one of ${[...known.keys()].join(', ')}`;
    problems.push({ field: 'hidden_act', expected, found: JSON.stringify(values.activation) });
  }
  // A stand-in, so that the activation is reported once and in the words of the file.
  values.activation = activation ?? 'gelu';

  const checked = checkConfig(values, (field) =>
    field === 'prunedHeads' ? PRUNED_HEADS : CONFIG_FIELDS[field].upstream,
  );
  problems.push(...checked.problems);
  if (checked.config === undefined || problems.length > 0) throw configError(source, problems);
  return checked.config;
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

/**
 * What a configuration file says beyond `BertConfig`: label maps, `problem_type`, a tokenizer class.
 * @returns a copy of those keys, to be handed to `bertConfigToJson`
 */
export function bertConfigExtra(json: unknown): Record<string, unknown> {
  if (!isObject(json) || isKerasConfig(json)) return {};
  const own = new Set(Object.values(CONFIG_FIELDS).map(({ upstream }) => upstream));
  return Object.fromEntries(Object.entries(json).filter(([key]) => !own.has(key) && !REWRITTEN.has(key)));
}

/**
 * A Hugging Face `config.json` that `transformers` opens; `gelu-tanh` becomes `gelu_new`.
 * @param extra further keys, as `bertConfigExtra` returned them or the caller's own; BERT's own fields win over them
 * @returns keys in alphabetical order, as `transformers` writes them
 */
export function bertConfigToJson(
  config: BertConfig,
  extra: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const own = Object.entries(CONFIG_FIELDS).map(([field, { upstream }]): [string, unknown] => [
    upstream,
    config[field as keyof BertConfig],
  ]);
  const json: Record<string, unknown> = {
    ...extra,
    ...Object.fromEntries(own),
    ...(config.prunedHeads && { [PRUNED_HEADS]: config.prunedHeads }),
    hidden_act: UPSTREAM_ACTIVATION[config.activation],
    model_type: 'bert',
  };
  return Object.fromEntries(Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Fields that Google's code does not have; written only where they are not what it computes with. */
const NOT_GOOGLES = new Set(['layer_norm_eps', 'pad_token_id', 'classifier_dropout']);

/**
 * A `bert_config.json` for Google's code, which computes gelu by the tanh approximation. Of a model with the exact one the
 * file carries `model_type`, which Google's code ignores and by which Hugging Face's and this reader know what is meant.
 * @returns keys in alphabetical order, as in Google's releases
 */
export function bertConfigToGoogleJson(config: BertConfig): Record<string, unknown> {
  const { hidden_act: _, model_type: type, ...json } = bertConfigToJson(config);
  const initial = new Map(
    Object.values(CONFIG_FIELDS).map((field): [string, unknown] => [field.upstream, field.initial]),
  );
  const own = Object.entries(json).filter(
    ([key, value]) => !NOT_GOOGLES.has(key) || value !== initial.get(key),
  );
  const entries: [string, unknown][] = [
    ...own,
    ['hidden_act', config.activation === 'relu' ? 'relu' : 'gelu'],
  ];
  if (config.activation === 'gelu') entries.push(['model_type', type]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
