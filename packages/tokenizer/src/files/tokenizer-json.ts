/**
 * Reads `tokenizer.json`, the file of Hugging Face's `tokenizers` library: every section is honoured, or refused with an
 * error that names it. Sections a file leaves out are what the library takes them for.
 */
import type { AddedToken } from '../tokens/added-tokens.js';
import type { BertTokenizerOptions } from '../tokenizer-options.js';
import type { JsonObject } from './json-object.js';
import { readNormalizer } from './normalizer-section.js';
import { readPostProcessor } from './post-processor-section.js';
import { readEncodeDefaults } from './truncation-padding-sections.js';
import { unsupported } from './unsupported-section.js';

/** What the file holds. */
export interface TokenizerJson {
  /** Tokens by id; empty when there is no model. */
  readonly vocabulary: readonly string[];
  /** In the file's order. */
  readonly addedTokens: readonly { readonly token: AddedToken; readonly id: number | undefined }[];
  /** All that the sections decide, without added tokens. */
  readonly options: BertTokenizerOptions;
}

/** @throws TokenizerError `bad-file`, `unsupported-section` */
export function readTokenizerJson(file: JsonObject): TokenizerJson {
  const model = file.object('model');
  const type = model.string('type') ?? 'WordPiece';
  if (type !== 'WordPiece') throw unsupported(file, 'model', '"type": "WordPiece"', 'Use a BERT model', type);
  const vocabulary = readVocabulary(model.object('vocab'));
  const addedTokens = file
    .objects('added_tokens')
    .map((item) => ({ token: item.asToken(), id: item.number('id') }));
  const prefix = model.string('continuing_subword_prefix');
  checkPreTokenizer(file);
  const cleanup = readDecoder(file, prefix);
  const unkToken = model.string('unk_token');
  const limit = model.number('max_input_chars_per_word');
  const byContent = new Map(addedTokens.map(({ token, id }) => [token.content, id]));
  const idOf = (token: string): number | undefined => {
    const place = vocabulary.indexOf(token);
    return byContent.get(token) ?? (place === -1 ? undefined : place);
  };
  const post = readPostProcessor(file, idOf);
  const { padToken, paddingSide, truncationSide, ...defaults } = readEncodeDefaults(file, idOf);
  const encodeDefaults = { ...defaults, ...(post === undefined ? { addSpecialTokens: false } : {}) };
  return {
    vocabulary,
    addedTokens,
    options: {
      ...readNormalizer(file),
      ...post,
      ...(cleanup ? {} : { decoderCleanup: false }),
      ...(unkToken === undefined ? {} : { unkToken }),
      ...(prefix === undefined ? {} : { continuingSubwordPrefix: prefix }),
      ...(limit === undefined ? {} : { maxInputCharsPerWord: limit }),
      ...(padToken === undefined ? {} : { padToken }),
      ...(paddingSide === undefined ? {} : { paddingSide }),
      ...(truncationSide === undefined ? {} : { truncationSide }),
      ...(Object.keys(encodeDefaults).length === 0 ? {} : { encodeDefaults }),
    },
  };
}

function readVocabulary(vocabulary: JsonObject): readonly string[] {
  const tokens: string[] = [];
  for (const token of vocabulary.keys()) {
    const id = vocabulary.number(token);
    if (id === undefined || !Number.isSafeInteger(id) || id < 0 || tokens[id] !== undefined) {
      throw vocabulary.error(token, 'an id that no other token has');
    }
    tokens[id] = token;
  }
  for (let id = 0; id < tokens.length; id += 1) {
    if (tokens[id] === undefined) throw vocabulary.error('', `a token for every id, but ${id} has none`);
  }
  return tokens;
}

function checkPreTokenizer(file: JsonObject): void {
  const section = file.section('pre_tokenizer');
  const steps = section?.string('type') === 'Sequence' ? section.objects('pretokenizers') : [section];
  if (steps.length === 1 && steps[0]?.string('type') === 'BertPreTokenizer') return;
  throw unsupported(
    file,
    'pre_tokenizer',
    '"type": "BertPreTokenizer"',
    'Words must be cut as BERT cuts them',
  );
}

/** @returns whether decoding tidies each token */
function readDecoder(file: JsonObject, modelPrefix = '##'): boolean {
  const section = file.section('decoder');
  const prefix = section?.string('prefix') ?? '##';
  if (section?.string('type') !== 'WordPiece' || prefix !== modelPrefix) {
    const expected = `"type": "WordPiece", "prefix": ${JSON.stringify(modelPrefix)}`;
    throw unsupported(
      file,
      'decoder',
      expected,
      'Only decode uses it: put that decoder there and save again',
    );
  }
  return section.boolean('cleanup') ?? true;
}
