/** Reads a Hugging Face tokenizer directory. */
import { readFileIfPresent } from '#files';

import type { AddedToken } from '../tokens/added-tokens.js';
import { TokenizerError } from '../errors.js';
import type { Fidelity } from '../text/fidelity.js';
import type { BertTokenizerOptions, CallDefaults } from '../tokenizer-options.js';
import { readConfig, STRIPS_LINES } from './config-files.js';
import type { ConfigFiles } from './config-files.js';
import { JsonObject, parseJsonObject } from './json-object.js';
import { readTokenizerJson } from './tokenizer-json.js';
import type { TokenizerJson } from './tokenizer-json.js';

/** What a directory holds. */
export interface PretrainedFiles {
  readonly vocabulary: readonly string[];
  readonly options: BertTokenizerOptions;
  /** Ids the files give to added tokens; they must come out the same. */
  readonly addedTokenIds: ReadonlyMap<string, number>;
}

/**
 * @param overrides options that come before what the files say
 * @throws TokenizerError `file-missing`, `not-utf-8`, `bad-file`, `unsupported-section`
 */
export async function readPretrained(
  directory: string,
  overrides: BertTokenizerOptions,
): Promise<PretrainedFiles> {
  const [vocabularyFile, config, specialTokensMap, addedTokens, tokenizer] = await Promise.all([
    readText(directory, 'vocab.txt'),
    readJson(directory, 'tokenizer_config.json'),
    readJson(directory, 'special_tokens_map.json'),
    readJson(directory, 'added_tokens.json'),
    readJson(directory, 'tokenizer.json'),
  ]);
  const sections = tokenizer.keys().length === 0 ? undefined : readTokenizerJson(tokenizer);
  const files = { config, specialTokensMap, addedTokens };
  const options = {
    ...sections?.options,
    ...callDefaults(sections?.options.encodeDefaults, config),
    ...readConfig(files, sections !== undefined),
    ...overrides,
  };
  for (const field of ['unkToken', 'clsToken', 'sepToken'] as const) {
    const [ofSection, ofConfig] = [sections?.options[field], options[field]];
    if (ofSection === undefined || ofSection === ofConfig) continue;
    throw new TokenizerError(
      'bad-file',
      `${directory}: ${field}: expected ${JSON.stringify(ofSection)}, with which tokenizer.json works, ` +
        `found ${JSON.stringify(ofConfig)} in the other files. They do not belong together.`,
      { directory, field, expected: ofSection, found: ofConfig },
    );
  }
  const added = collectAddedTokens(files, sections);
  return {
    vocabulary: chooseVocabulary(directory, vocabularyFile, sections, options.fidelity ?? 'huggingface'),
    options: { ...options, addedTokens: overrides.addedTokens ?? added.map(({ token }) => token) },
    addedTokenIds: new Map(added.flatMap(({ token, id }) => (id === undefined ? [] : [[token.content, id]]))),
  };
}

/**
 * A directory with `tokenizer_config.json` is one of transformers, whose tokenizers neither truncate nor pad unless a
 * call says so, whatever the sections `truncation` and `padding` of `tokenizer.json` say; but for one that this package
 * saved with such defaults. By itself `tokenizer.json` is a file of `Tokenizer.from_file`, which goes by them.
 */
function callDefaults(
  sections: CallDefaults | undefined,
  config: JsonObject,
): Pick<BertTokenizerOptions, 'encodeDefaults'> {
  if (sections === undefined) return {};
  if (config.keys().length === 0 || config.boolean('encode_defaults') === true) return {};
  const { addSpecialTokens } = sections;
  return { encodeDefaults: addSpecialTokens === undefined ? {} : { addSpecialTokens } };
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

function chooseVocabulary(
  directory: string,
  vocabularyFile: string | undefined,
  sections: TokenizerJson | undefined,
  fidelity: Fidelity,
): readonly string[] {
  const ofSections = sections?.vocabulary ?? [];
  if (vocabularyFile === undefined) {
    if (ofSections.length > 0) return ofSections;
    throw new TokenizerError(
      'file-missing',
      `${directory}: expected vocab.txt, or tokenizer.json with a WordPiece model, found neither. ` +
        'Is this the directory of a BERT model?',
      { directory },
    );
  }
  const tokens = parseVocabulary(vocabularyFile);
  const id = ofSections.findIndex((token, index) => token !== tokens[index]);
  if (id !== -1) {
    throw new TokenizerError(
      'bad-file',
      `${directory}: expected vocab.txt and tokenizer.json to hold the same tokens, found ` +
        `${JSON.stringify(tokens[id])} and ${JSON.stringify(ofSections[id])} for the id ${id}. Remove the older file.`,
      { directory, id, found: [tokens[id], ofSections[id]] },
    );
  }
  return STRIPS_LINES[fidelity] ? tokens.map((token) => token.trim()) : tokens;
}

/** Added tokens in the order of their ids, those without an id last; a later source fills in, never overrides. */
function collectAddedTokens(
  { config, specialTokensMap, addedTokens }: ConfigFiles,
  sections: TokenizerJson | undefined,
): readonly { token: AddedToken; id: number | undefined }[] {
  const found = new Map<string, { token: AddedToken; id: number | undefined }>();
  const add = (token: AddedToken | undefined, id: number | undefined): void => {
    if (token !== undefined && !found.has(token.content)) found.set(token.content, { token, id });
  };
  const decoder = config.object('added_tokens_decoder');
  for (const id of decoder.keys()) add(decoder.token(id), Number(id));
  if (found.size === 0) for (const { token, id } of sections?.addedTokens ?? []) add(token, id);
  // In the order in which transformers lets one override the other.
  for (const source of [specialTokensMap, config]) {
    for (const field of ['unk_token', 'cls_token', 'sep_token', 'pad_token', 'mask_token']) {
      const token = source.token(field);
      // A bare string is a token without flags, which the tokenizer adds by itself.
      if (token?.special !== undefined) add({ ...token, special: true }, undefined);
    }
    for (const field of ['additional_special_tokens', 'extra_special_tokens']) {
      for (const token of source.tokens(field)) {
        add({ ...token, special: true }, addedTokens.number(token.content));
      }
    }
  }
  for (const content of addedTokens.keys()) add({ content }, addedTokens.number(content));
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
