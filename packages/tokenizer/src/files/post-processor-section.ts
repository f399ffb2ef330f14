import type { BertTokenizerOptions } from '../tokenizer-options.js';
import type { JsonObject } from './json-object.js';
import { unsupported } from './unsupported-section.js';

type SpecialTokens = Required<Pick<BertTokenizerOptions, 'clsToken' | 'sepToken'>>;

const EXPECTED =
  'TemplateProcessing or BertProcessing that gives [CLS] A [SEP] and [CLS] A [SEP] B:1 [SEP]:1';
const REMEDY = 'Other models arrange their special tokens in other ways; this package is for BERT';

/**
 * @param idOf id of a token of the file
 * @returns the two special tokens; `undefined` when the file adds none
 * @throws TokenizerError `unsupported-section`
 */
export function readPostProcessor(
  file: JsonObject,
  idOf: (token: string) => number | undefined,
): SpecialTokens | undefined {
  const section = file.section('post_processor');
  if (section === undefined) return undefined;
  const steps = section.string('type') === 'Sequence' ? section.objects('processors') : [section];
  const [step] = steps;
  const refusal = unsupported(file, 'post_processor', EXPECTED, REMEDY);
  if (step === undefined || steps.length > 1) throw refusal;
  const type = step.string('type');
  const found =
    type === 'BertProcessing'
      ? bertProcessing(step)
      : type === 'TemplateProcessing'
        ? template(step)
        : undefined;
  if (found === undefined) throw refusal;
  for (const [token, id] of found) {
    if (idOf(token) !== id) {
      const expected = `${JSON.stringify(token)} with the id ${idOf(token)} that it has in the file`;
      throw unsupported(file, 'post_processor', expected, 'The sections do not belong together', id);
    }
  }
  const [[clsToken], [sepToken]] = found;
  return { clsToken, sepToken };
}

type Frame = readonly [cls: readonly [token: string, id: number], sep: readonly [token: string, id: number]];

/** `"sep": ["[SEP]", 102], "cls": ["[CLS]", 101]`. */
function bertProcessing(step: JsonObject): Frame | undefined {
  const read = (field: string): readonly [string, number] | undefined => {
    const value = step.raw(field);
    if (!Array.isArray(value)) return undefined;
    const [token, id] = value as readonly unknown[];
    return typeof token === 'string' && typeof id === 'number' ? [token, id] : undefined;
  };
  const cls = read('cls');
  const sep = read('sep');
  return cls && sep && [cls, sep];
}

function template(step: JsonObject): Frame | undefined {
  const single = step.objects('single').map(pieceOf);
  const [cls, , sep] = single;
  const frame = `${cls} A:0 ${sep}`;
  if (cls === undefined || sep === undefined || single.join(' ') !== frame) return undefined;
  const clsToken = withoutType(cls, 0);
  const sepToken = withoutType(sep, 0);
  if (clsToken === undefined || sepToken === undefined) return undefined;
  const pair = step.objects('pair').map(pieceOf).join(' ');
  if (pair !== `${frame} B:1 <${sepToken}>:1`) return undefined;
  const ids = [clsToken, sepToken].map((token) => step.object('special_tokens').object(token).raw('ids'));
  const [clsId, sepId] = ids.map((list) =>
    Array.isArray(list) && list.length === 1 ? (list[0] as unknown) : undefined,
  );
  if (typeof clsId !== 'number' || typeof sepId !== 'number') return undefined;
  return [
    [clsToken, clsId],
    [sepToken, sepId],
  ];
}

/** One item of a template, as `A:0` or `<[CLS]>:0`. */
function pieceOf(item: JsonObject): string {
  const special = item.section('SpecialToken');
  const sequence = item.object('Sequence');
  return special === undefined
    ? `${sequence.string('id')}:${sequence.number('type_id')}`
    : `<${special.string('id')}>:${special.number('type_id')}`;
}

function withoutType(piece: string, type: number): string | undefined {
  return piece.startsWith('<') && piece.endsWith(`>:${type}`) ? piece.slice(1, -3) : undefined;
}
