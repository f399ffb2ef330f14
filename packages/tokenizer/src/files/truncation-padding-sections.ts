/** The sections `truncation` and `padding` of `tokenizer.json`, which hold for every call that says nothing else. */
import type { EncodeDefaults } from '../encoding/encode-options.js';
import type { Side } from '../encoding/truncation.js';
import type { JsonObject } from './json-object.js';
import { unsupported } from './unsupported-section.js';
import type { BertTokenizerSettings, CallDefaults } from '../tokenizer-options.js';

const STRATEGIES = {
  LongestFirst: 'longest_first',
  OnlyFirst: 'only_first',
  OnlySecond: 'only_second',
} as const;
const SIDES = { Left: 'left', Right: 'right' } as const;

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type Sections = CallDefaults &
  Partial<Pick<EncodeDefaults, 'paddingSide' | 'truncationSide'>> & { readonly padToken?: string };

/**
 * @param idOf id of a token of the file
 * @throws TokenizerError `bad-file`, `unsupported-section`
 */
export function readEncodeDefaults(file: JsonObject, idOf: (token: string) => number | undefined): Sections {
  const found: Writable<Sections> = {};
  const truncation = file.section('truncation');
  if (truncation !== undefined) {
    found.truncation = oneOf(truncation, 'strategy', STRATEGIES) ?? 'longest_first';
    found.maxLength = whole(truncation, 'max_length') ?? 512;
    found.stride = whole(truncation, 'stride') ?? 0;
    found.truncationSide = oneOf(truncation, 'direction', SIDES) ?? 'right';
  }
  const padding = file.section('padding');
  if (padding === undefined) return found;
  found.paddingSide = oneOf(padding, 'direction', SIDES) ?? 'right';
  const multiple = whole(padding, 'pad_to_multiple_of');
  if (multiple !== undefined) found.padToMultipleOf = multiple;
  if (padding.raw('strategy') === 'BatchLongest') {
    found.padding = 'longest';
  } else {
    const length = whole(padding.object('strategy'), 'Fixed');
    if (length === undefined) throw padding.error('strategy', '"BatchLongest" or {"Fixed": length}');
    if (found.maxLength !== undefined && found.maxLength !== length) {
      const expected = `the length ${found.maxLength} of the section truncation`;
      throw unsupported(
        file,
        'padding',
        expected,
        'Make both lengths the same, or pad to the longest',
        length,
      );
    }
    found.padding = 'max_length';
    found.maxLength = length;
    // Without this, maxLength alone would truncate.
    found.truncation ??= false;
  }
  const padToken = padding.string('pad_token');
  if (padToken !== undefined) found.padToken = padToken;
  const id = padToken === undefined ? undefined : idOf(padToken);
  if ((padding.number('pad_id') ?? id) !== id || (padding.number('pad_type_id') ?? 0) !== 0) {
    const expected = `"pad_token": ${JSON.stringify(padToken)} with "pad_id": ${id}, "pad_type_id": 0`;
    throw unsupported(file, 'padding', expected, 'Write the id the token has');
  }
  return found;
}

/** The two sections of a tokenizer's own defaults. */
export function writeEncodeDefaults(
  settings: BertTokenizerSettings,
  padTokenId: number,
): { truncation: unknown; padding: unknown } {
  const {
    truncation,
    padding,
    maxLength = settings.modelMaxLength,
    stride = 0,
    padToMultipleOf,
  } = settings.encodeDefaults;
  const strategy = truncation === true ? 'longest_first' : truncation;
  const name = (side: Side): string => nameOf(SIDES, side);
  return {
    truncation:
      !strategy || maxLength === undefined
        ? null
        : {
            direction: name(settings.truncationSide),
            max_length: maxLength,
            strategy: nameOf(STRATEGIES, strategy),
            stride,
          },
    padding:
      !padding || (padding === 'max_length' && maxLength === undefined)
        ? null
        : {
            strategy: padding === 'max_length' ? { Fixed: maxLength } : 'BatchLongest',
            direction: name(settings.paddingSide),
            pad_to_multiple_of: padToMultipleOf ?? null,
            pad_id: padTokenId,
            pad_type_id: 0,
            pad_token: settings.padToken,
          },
  };
}

function whole(section: JsonObject, field: string): number | undefined {
  const value = section.number(field);
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw section.error(field, 'a whole number, 0 or more');
}

function oneOf<Value>(
  section: JsonObject,
  field: string,
  names: Readonly<Record<string, Value>>,
): Value | undefined {
  const name = section.string(field);
  if (name === undefined || Object.hasOwn(names, name)) return name === undefined ? undefined : names[name];
  throw section.error(field, Object.keys(names).join(' or '));
}

function nameOf(names: Readonly<Record<string, string>>, value: string): string {
  return Object.keys(names).find((name) => names[name] === value) ?? value;
}
