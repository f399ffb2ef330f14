/** Reads a Hugging Face tokenizer directory. */
import { readFileIfPresent } from '#files';

import type { AddedToken } from '../tokens/added-tokens.js';
import { TokenizerError } from '../errors.js';
import { JsonObject, parseJsonObject } from './json-object.js';
import type { BertTokenizerOptions } from '../tokenizer-options.js';

/** What a directory holds. */
export interface PretrainedFiles {
  readonly vocabulary: readonly string[];
  readonly options: BertTokenizerOptions;
  /** Ids the files give to added tokens; they must come out the same. */
  readonly addedTokenIds: ReadonlyMap<string, number>;
}

interface Loaded {
  readonly config: JsonObject;
  readonly specialTokensMap: JsonObject;
  readonly addedTokens: JsonObject;
  readonly tokenizer: JsonObject;
}

/** transformers writes 1e30 for "no limit", and takes anything above this as such. */
const LARGEST_MODEL_LENGTH = 1e20;

const SPECIAL_TOKEN_FIELDS = {
  unkToken: 'unk_token',
  clsToken: 'cls_token',
  sepToken: 'sep_token',
  padToken: 'pad_token',
} as const;

/** @throws TokenizerError `file-missing`, `not-utf-8`, `bad-file` */
export async function readPretrained(directory: string): Promise<PretrainedFiles> {
  const [vocabularyFile, config, specialTokensMap, addedTokens, tokenizer] = await Promise.all([
    readText(directory, 'vocab.txt'),
    readJson(directory, 'tokenizer_config.json'),
    readJson(directory, 'special_tokens_map.json'),
    readJson(directory, 'added_tokens.json'),
    readJson(directory, 'tokenizer.json'),
  ]);
  const loaded = { config, specialTokensMap, addedTokens, tokenizer };
  const vocabulary =
    vocabularyFile === undefined
      ? vocabularyOfTokenizerJson(tokenizer, directory)
      : parseVocabulary(vocabularyFile);
  const added = collectAddedTokens(loaded);
  return {
    vocabulary,
    options: { ...collectOptions(loaded), addedTokens: added.map(({ token }) => token) },
    addedTokenIds: new Map(added.flatMap(({ token, id }) => (id === undefined ? [] : [[token.content, id]]))),
  };
}

/**
 * Tokens of a `vocab.txt`, one per line. Lines end at `\n` (or `\r\n`) only: the Chinese vocabulary has U+2028,
 * which other line readers split at, as a token.
 */
export function parseVocabulary(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

function vocabularyOfTokenizerJson(tokenizer: JsonObject, directory: string): readonly string[] {
  const vocabulary = tokenizer.object('model').object('vocab');
  const tokens: string[] = [];
  for (const token of vocabulary.keys()) {
    const id = vocabulary.number(token);
    if (id === undefined || !Number.isSafeInteger(id) || id < 0 || tokens[id] !== undefined) {
      throw vocabulary.error(token, 'an id that no other token has');
    }
    tokens[id] = token;
  }
  if (tokens.length === 0) {
    throw new TokenizerError(
      'file-missing',
      `${directory}: expected vocab.txt, or tokenizer.json with a WordPiece model, found neither. ` +
        'Is this the directory of a BERT model?',
      { directory },
    );
  }
  for (let id = 0; id < tokens.length; id += 1) {
    if (tokens[id] === undefined) throw vocabulary.error('', `a token for every id, but ${id} has none`);
  }
  return tokens;
}

function collectOptions({ config, specialTokensMap, tokenizer }: Loaded): BertTokenizerOptions {
  const normalizer = tokenizer.object('normalizer');
  const lowercase = config.boolean('do_lower_case') ?? normalizer.boolean('lowercase');
  const stripAccents = config.boolean('strip_accents') ?? normalizer.boolean('strip_accents');
  const chinese = config.boolean('tokenize_chinese_chars') ?? normalizer.boolean('handle_chinese_chars');
  const length = config.number('model_max_length');
  // transformers 4 cleans up unless told otherwise, but not when it has a tokenizer.json to go by.
  const cleanUp =
    config.boolean('clean_up_tokenization_spaces') ?? (tokenizer.keys().length > 0 ? false : undefined);
  const options: { -readonly [Key in keyof BertTokenizerOptions]: BertTokenizerOptions[Key] } = {};
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
  for (const [option, field] of Object.entries(SPECIAL_TOKEN_FIELDS)) {
    const token = (config.token(field) ?? specialTokensMap.token(field))?.content;
    if (token !== undefined) options[option as keyof typeof SPECIAL_TOKEN_FIELDS] = token;
  }
  const mask = config.token('mask_token') ?? specialTokensMap.token('mask_token');
  if (mask !== undefined) options.maskToken = mask.content;
  else if (config.isNull('mask_token')) options.maskToken = null;
  return options;
}

/** Added tokens in the order of their ids, those without an id last; a later source fills in, never overrides. */
function collectAddedTokens(loaded: Loaded): readonly { token: AddedToken; id: number | undefined }[] {
  const found = new Map<string, { token: AddedToken; id: number | undefined }>();
  const add = (token: AddedToken | undefined, id: number | undefined): void => {
    if (token !== undefined && !found.has(token.content)) found.set(token.content, { token, id });
  };
  const decoder = loaded.config.object('added_tokens_decoder');
  for (const id of decoder.keys()) add(decoder.token(id), Number(id));
  if (found.size === 0) {
    for (const item of loaded.tokenizer.objects('added_tokens')) add(item.asToken(), item.number('id'));
  }
  for (const source of [loaded.config, loaded.specialTokensMap]) {
    for (const token of source.tokens('additional_special_tokens')) {
      add({ ...token, special: true }, loaded.addedTokens.number(token.content));
    }
  }
  for (const content of loaded.addedTokens.keys()) add({ content }, loaded.addedTokens.number(content));
  return [...found.values()].sort((a, b) => (a.id ?? Infinity) - (b.id ?? Infinity) || 0);
}

async function readText(directory: string, name: string): Promise<string | undefined> {
  const bytes = await readFileIfPresent(directory, name);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TokenizerError(
      'not-utf-8',
      `${directory}/${name}: expected UTF-8, found bytes that are not. Convert the file, e.g. with iconv.`,
      { directory, name },
      { cause },
    );
  }
}

async function readJson(directory: string, name: string): Promise<JsonObject> {
  const text = await readText(directory, name);
  return text === undefined ? new JsonObject({}, name) : parseJsonObject(text, `${directory}/${name}`);
}
