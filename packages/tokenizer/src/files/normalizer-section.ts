import type { BertTokenizerOptions } from '../tokenizer-options.js';
import type { JsonObject } from './json-object.js';
import { unsupported } from './unsupported-section.js';

type NormalizerOptions = Required<
  Pick<BertTokenizerOptions, 'cleanText' | 'lowercase' | 'stripAccents' | 'tokenizeChineseChars'>
>;

const NOTHING: NormalizerOptions = {
  cleanText: false,
  lowercase: false,
  stripAccents: false,
  tokenizeChineseChars: false,
};

/**
 * `null` changes nothing; `BertNormalizer`; `Lowercase`, also after a `BertNormalizer`; and sequences of these. Others are
 * refused: `NFD, Lowercase, StripAccents`, say, strips spacing marks too, which BERT keeps.
 * @throws TokenizerError `unsupported-section`
 */
export function readNormalizer(file: JsonObject): NormalizerOptions {
  const section = file.section('normalizer');
  let options: NormalizerOptions | undefined;
  for (const step of section === undefined ? [] : flatten(section)) {
    const type = step.string('type');
    if (type === 'Lowercase') {
      const { stripAccents, lowercase, ...rest } = options ?? NOTHING;
      options = { ...rest, lowercase: true, stripAccents: stripAccents ?? lowercase };
    } else if (type === 'BertNormalizer' && options === undefined) {
      options = {
        cleanText: step.boolean('clean_text') ?? true,
        lowercase: step.boolean('lowercase') ?? true,
        stripAccents: step.boolean('strip_accents') ?? null,
        tokenizeChineseChars: step.boolean('handle_chinese_chars') ?? true,
      };
    } else {
      throw unsupported(
        file,
        'normalizer',
        'null, BertNormalizer, Lowercase, or a Sequence of BertNormalizer and Lowercase',
        'Use BertNormalizer, whose switches cover lower-casing, accents, ideographs and clean-up',
      );
    }
  }
  return options ?? NOTHING;
}

function flatten(section: JsonObject): readonly JsonObject[] {
  return section.string('type') === 'Sequence' ? section.objects('normalizers').flatMap(flatten) : [section];
}
