/** Reads `tokenizer_config.json` and the older `special_tokens_map.json` and `added_tokens.json`. */
import type { Fidelity } from '../text/fidelity.js';
import type { BertTokenizerOptions } from '../tokenizer-options.js';
import type { JsonObject } from './json-object.js';

/** The files; empty objects for those that are not there. */
export interface ConfigFiles {
  readonly config: JsonObject;
  readonly specialTokensMap: JsonObject;
  readonly addedTokens: JsonObject;
}

/** transformers writes 1e30 for "no limit", and takes anything above this as such. */
const LARGEST_MODEL_LENGTH = 1e20;

const SPECIAL_TOKEN_FIELDS = {
  unkToken: 'unk_token',
  clsToken: 'cls_token',
  sepToken: 'sep_token',
  padToken: 'pad_token',
} as const;

/** Whether a vocabulary's lines lose white space at both ends, by the fidelity that reads them. */
export const STRIPS_LINES: Readonly<Record<Fidelity, boolean>> = {
  huggingface: false,
  google: true,
  'tensorflow-text': false,
};

/**
 * What the files decide, without added tokens.
 * @param hasTokenizerJson transformers then does not clean decoded text up unless told to
 * @throws TokenizerError `bad-file`
 */
export function readConfig(
  { config, specialTokensMap }: ConfigFiles,
  hasTokenizerJson: boolean,
): BertTokenizerOptions {
  const options: { -readonly [Key in keyof BertTokenizerOptions]: BertTokenizerOptions[Key] } = {};
  const lowercase = config.boolean('do_lower_case');
  const stripAccents = config.boolean('strip_accents');
  const chinese = config.boolean('tokenize_chinese_chars');
  const length = config.number('model_max_length');
  const cleanUp = config.boolean('clean_up_tokenization_spaces') ?? (hasTokenizerJson ? false : undefined);
  const fidelity = config.string('fidelity');
  if (fidelity !== undefined && !isFidelity(fidelity)) {
    throw config.error('fidelity', Object.keys(STRIPS_LINES).join(', '));
  }
  if (fidelity !== undefined) options.fidelity = fidelity;
  if (lowercase !== undefined) options.lowercase = lowercase;
  if (stripAccents !== undefined) options.stripAccents = stripAccents;
  if (chinese !== undefined) options.tokenizeChineseChars = chinese;
  if (length !== undefined && length <= LARGEST_MODEL_LENGTH) options.modelMaxLength = length;
  if (cleanUp !== undefined) options.cleanUpTokenizationSpaces = cleanUp;
  for (const [field, option] of [
    ['padding_side', 'paddingSide'],
    ['truncation_side', 'truncationSide'],
  ] as const) {
    const side = config.string(field);
    if (side === 'left' || side === 'right') options[option] = side;
    else if (side !== undefined) throw config.error(field, '"left" or "right"');
  }
  // Without a list of added tokens, transformers lets the older file override.
  const sources =
    config.isNull('added_tokens_decoder') || config.raw('added_tokens_decoder') === undefined
      ? [specialTokensMap, config]
      : [config, specialTokensMap];
  const token = (field: string): string | undefined =>
    sources.map((source) => source.token(field)?.content).find((content) => content !== undefined);
  for (const [option, field] of Object.entries(SPECIAL_TOKEN_FIELDS)) {
    const content = token(field);
    if (content !== undefined) options[option as keyof typeof SPECIAL_TOKEN_FIELDS] = content;
  }
  const mask = token('mask_token');
  if (mask !== undefined) options.maskToken = mask;
  else if (config.isNull('mask_token')) options.maskToken = null;
  return options;
}

function isFidelity(name: string): name is Fidelity {
  return Object.hasOwn(STRIPS_LINES, name);
}
