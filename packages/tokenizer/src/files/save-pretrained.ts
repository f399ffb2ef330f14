/** Writes a Hugging Face tokenizer directory, in the form transformers 4 writes and 4 and 5 read. */
import { writeFiles } from '#files';

import type { ResolvedAddedToken } from '../tokens/added-tokens.js';
import { TokenizerError } from '../errors.js';
import type { BertTokenizer } from '../tokenizer.js';
import type { BertTokenizerSettings, CallDefaults } from '../tokenizer-options.js';
import { writeEncodeDefaults } from './truncation-padding-sections.js';

/** @throws TokenizerError `file-write` */
export async function savePretrained(directory: string, tokenizer: BertTokenizer): Promise<void> {
  const unwritable = tokenizer.vocabulary.find((token) => /[\r\n]/.test(token));
  if (unwritable !== undefined) {
    throw new TokenizerError(
      'file-write',
      `${directory}: the token ${JSON.stringify(unwritable)} has a line break, which vocab.txt cannot hold.`,
      { token: unwritable },
    );
  }
  await writeFiles(
    directory,
    new Map([
      ['vocab.txt', tokenizer.vocabulary.map((token) => `${token}\n`).join('')],
      ['tokenizer_config.json', toJson(tokenizerConfig(tokenizer))],
      ['special_tokens_map.json', toJson(specialTokensMap(tokenizer))],
      ['tokenizer.json', toJson(tokenizerJson(tokenizer))],
    ]),
  );
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** With their flags where they have any, as transformers writes them. */
function specialTokensMap({ settings, addedTokens }: BertTokenizer): Record<string, unknown> {
  const write = (content: string | undefined): unknown => {
    const token = addedTokens.find((added) => added.content === content);
    const plain = !token || !(token.lstrip || token.rstrip || token.singleWord || token.normalized);
    if (plain) return content;
    return { ...addedTokenJson(token), special: undefined };
  };
  const named = {
    cls_token: settings.clsToken,
    mask_token: settings.maskToken,
    pad_token: settings.padToken,
    sep_token: settings.sepToken,
    unk_token: settings.unkToken,
  };
  const names = new Set<string | undefined>(Object.values(named));
  const others = addedTokens.filter(({ content, special }) => special && !names.has(content));
  return {
    ...Object.fromEntries(Object.entries(named).map(([name, content]) => [name, write(content)])),
    additional_special_tokens: others.length === 0 ? undefined : others.map(({ content }) => write(content)),
  };
}

function tokenizerConfig(tokenizer: BertTokenizer): Record<string, unknown> {
  const { settings, addedTokens } = tokenizer;
  const { additional_special_tokens: additional, ...named } = specialTokensMap(tokenizer);
  const others = Array.isArray(additional) ? (additional as readonly unknown[]) : undefined;
  return {
    added_tokens_decoder: Object.fromEntries(addedTokens.map((token) => [token.id, addedTokenJson(token)])),
    ...Object.fromEntries(Object.entries(named).map(([name, token]) => [name, contentOf(token)])),
    additional_special_tokens: others?.map(contentOf),
    mask_token: settings.maskToken ?? null,
    clean_up_tokenization_spaces: settings.cleanUpTokenizationSpaces,
    do_basic_tokenize: true,
    do_lower_case: settings.lowercase,
    // Words of ours, which transformers passes over: it can only tokenize in its own way.
    encode_defaults: hasCallDefaults(settings.encodeDefaults) ? true : undefined,
    fidelity: settings.fidelity === 'huggingface' ? undefined : settings.fidelity,
    // Left out when there is none: transformers then knows no limit either.
    model_max_length: settings.modelMaxLength,
    never_split: null,
    padding_side: settings.paddingSide,
    strip_accents: settings.stripAccents,
    tokenize_chinese_chars: settings.tokenizeChineseChars,
    tokenizer_class: isUsual(settings) ? 'BertTokenizer' : 'PreTrainedTokenizerFast',
    truncation_side: settings.truncationSide,
  };
}

/** Whether the sections `truncation` and `padding` of `tokenizer.json` are more than `null`. */
function hasCallDefaults({ truncation, padding }: CallDefaults): boolean {
  return Boolean(truncation) || Boolean(padding);
}

/** Whether transformers 5 may build the tokenizer by itself: its BertTokenizer takes these from no file. */
function isUsual(settings: BertTokenizerSettings): boolean {
  const { cleanText, maxInputCharsPerWord, continuingSubwordPrefix, decoderCleanup, encodeDefaults } =
    settings;
  const model = maxInputCharsPerWord === 100 && continuingSubwordPrefix === '##';
  return cleanText && model && decoderCleanup && encodeDefaults.addSpecialTokens !== false;
}

function contentOf(token: unknown): unknown {
  return typeof token === 'object' && token !== null && 'content' in token ? token.content : token;
}

function addedTokenJson(token: ResolvedAddedToken): Record<string, unknown> {
  return {
    content: token.content,
    lstrip: token.lstrip,
    normalized: token.normalized,
    rstrip: token.rstrip,
    single_word: token.singleWord,
    special: token.special,
  };
}

function tokenizerJson(tokenizer: BertTokenizer): unknown {
  const { settings, addedTokens, vocabulary, clsTokenId, sepTokenId, padTokenId } = tokenizer;
  const special = (id: string, typeId: number): unknown => ({ SpecialToken: { id, type_id: typeId } });
  const sequence = (id: string, typeId: number): unknown => ({ Sequence: { id, type_id: typeId } });
  const { clsToken: cls, sepToken: sep } = settings;
  const single = [special(cls, 0), sequence('A', 0), special(sep, 0)];
  return {
    version: '1.0',
    ...writeEncodeDefaults(settings, padTokenId),
    added_tokens: [...addedTokens]
      .sort((a, b) => a.id - b.id)
      .map((token) => ({ id: token.id, ...addedTokenJson(token) })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: settings.cleanText,
      handle_chinese_chars: settings.tokenizeChineseChars,
      strip_accents: settings.stripAccents,
      lowercase: settings.lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor:
      settings.encodeDefaults.addSpecialTokens === false
        ? null
        : {
            type: 'TemplateProcessing',
            single,
            pair: [...single, sequence('B', 1), special(sep, 1)],
            special_tokens: {
              [cls]: { id: cls, ids: [clsTokenId], tokens: [cls] },
              [sep]: { id: sep, ids: [sepTokenId], tokens: [sep] },
            },
          },
    decoder: {
      type: 'WordPiece',
      prefix: settings.continuingSubwordPrefix,
      cleanup: settings.decoderCleanup,
    },
    model: {
      type: 'WordPiece',
      unk_token: settings.unkToken,
      continuing_subword_prefix: settings.continuingSubwordPrefix,
      max_input_chars_per_word: settings.maxInputCharsPerWord,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    },
  };
}
