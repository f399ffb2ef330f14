import type { BertConfig } from './config.js';
import { CONFIG_FIELDS, checkConfig, configError } from './config-fields.js';
import type { ConfigProblem } from './errors.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** KerasHub's words for what a backbone is made of. */
const KEYS = {
  vocabSize: 'vocabulary_size',
  hiddenSize: 'hidden_dim',
  numLayers: 'num_layers',
  numHeads: 'num_heads',
  intermediateSize: 'intermediate_dim',
  hiddenDropout: 'dropout',
  attentionDropout: 'dropout',
  maxPosition: 'max_sequence_length',
  typeVocabSize: 'num_segments',
} as const satisfies Partial<Record<keyof BertConfig, string>>;

/** The only class of KerasHub that is a BERT. */
const BACKBONE = 'BertBackbone';

/** Whether a file is a layer's configuration as Keras writes it: a class, and what it is constructed with. */
export const isKerasConfig = (json: unknown): boolean =>
  isObject(json) && typeof json.class_name === 'string' && isObject(json.config);

/**
 * Reads the `config.json` of a KerasHub preset, a backbone's or a task's with the backbone in it. Activation (the tanh form)
 * and epsilon (1e-12) are KerasHub's own for BERT, which no file says.
 * @param json the parsed file, of which `isKerasConfig` holds
 * @param source path or address, for the messages
 * @throws ConfigError `invalid-config` with every problem at once
 */
export function parseKerasConfig(json: unknown, source: string): BertConfig {
  const layer = isObject(json) ? json : {};
  const inner = isObject(layer.config) ? layer.config : {};
  if (isKerasConfig(inner.backbone)) return parseKerasConfig(inner.backbone, source);
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(CONFIG_FIELDS).map(([field, { initial }]) => [field, initial]),
  );
  for (const [field, key] of Object.entries(KEYS)) values[field] = inner[key];
  values.activation = 'gelu-tanh';
  const words: Readonly<Partial<Record<string, string>>> = KEYS;
  const { config, problems } = checkConfig(values, (field) => `config.${words[field] ?? field}`);
  const kind: ConfigProblem[] =
    layer.class_name === BACKBONE
      ? []
      : [
          {
            field: 'class_name',
            expected: `"${BACKBONE}" (other classes have other layers)`,
            found: JSON.stringify(layer.class_name),
          },
        ];
  if (config === undefined || kind.length > 0) throw configError(source, [...kind, ...problems]);
  return config;
}
