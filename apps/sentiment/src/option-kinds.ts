/** One option of a command: what the parser, `--help` and the README know about it. */
export interface Option<Value> {
  /** Stands for the value in help texts, e.g. `FILE`; empty for a flag, which takes none. */
  readonly placeholder: string;
  /** One sentence without a full stop. */
  readonly help: string;
  /** The value when the option is not given. */
  readonly default: Value;
  /** How the default is written in help texts; empty when there is nothing to say. */
  readonly defaultText: string;
  /** Turns the argument into the value. @throws BadValue with what was expected */
  readonly parse: (text: string) => Value;
}

/** Options of one command by the camelCase form of their names. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of a table of options. */
export type Values<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : never;
};

/** Raised by `parse`: the message says what was expected. The command-line parser adds the option's name. */
export class BadValue extends Error {
  override readonly name = 'BadValue';
}

/** `batchSize` -> `batch-size`. */
export function optionName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Bounds of a number. */
interface Range {
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
  /** Whether `min` itself is refused. */
  readonly aboveMin?: boolean;
  /** Whether `max` itself is refused. */
  readonly belowMax?: boolean;
  /** How an absent default is written, e.g. `20 from scratch, 3 with --model`. */
  readonly defaultText?: string;
}

function rangeText({ min, max, aboveMin, belowMax }: Range): string {
  const lower = min === undefined ? '' : aboveMin ? ` above ${min}` : ` of at least ${min}`;
  const upper = max === undefined ? '' : belowMax ? ` below ${max}` : ` of at most ${max}`;
  return lower && upper ? `${lower} and${upper}` : lower + upper;
}

function parseNumber(text: string, what: string, pattern: RegExp, range: Range): number {
  const value = Number(text);
  const outside =
    (range.min !== undefined && (range.aboveMin ? value <= range.min : value < range.min)) ||
    (range.max !== undefined && (range.belowMax ? value >= range.max : value > range.max));
  if (!pattern.test(text) || !Number.isFinite(value) || outside) throw new BadValue(what + rangeText(range));
  return value;
}

const integerPattern = /^[+-]?\d{1,15}$/;
const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function numeric<Default extends number | undefined>(
  what: string,
  pattern: RegExp,
  help: string,
  fallback: Default,
  range: Range,
): Option<number | Default> {
  return {
    placeholder: 'N',
    help,
    default: fallback,
    defaultText: range.defaultText ?? (fallback === undefined ? '' : String(fallback)),
    parse: (text) => parseNumber(text, what, pattern, range),
  };
}

/** A whole number. */
export function integer<Default extends number | undefined>(
  help: string,
  fallback: Default,
  range: Range = {},
): Option<number | Default> {
  return numeric('a whole number', integerPattern, help, fallback, range);
}

/** A decimal number, `5e-5` included; NaN and infinities are refused. */
export function decimal<Default extends number | undefined>(
  help: string,
  fallback: Default,
  range: Range = {},
): Option<number | Default> {
  return numeric('a number', numberPattern, help, fallback, range);
}

/** Any text but the empty one. `placeholder` says what it means: `FILE`, `DIR`, `COLUMN`. */
export function text<Default extends string | undefined>(
  placeholder: string,
  help: string,
  fallback: Default,
  defaultText: string = fallback ?? '',
): Option<string | Default> {
  return {
    placeholder,
    help,
    default: fallback,
    defaultText,
    parse: (value) => {
      if (value === '') throw new BadValue('a text that is not empty');
      return value;
    },
  };
}

/** One of a few words. */
export function choice<const Word extends string, Default extends Word | undefined>(
  words: readonly Word[],
  help: string,
  fallback: Default,
  defaultText: string = fallback ?? '',
): Option<Word | Default> {
  return {
    placeholder: words.join('|'),
    help,
    default: fallback,
    defaultText,
    parse: (value) => {
      const word = words.find((each) => each === value);
      if (word === undefined) throw new BadValue(`one of ${words.join(', ')}`);
      return word;
    },
  };
}

/** Present or absent. */
export function flag(help: string): Option<boolean> {
  return { placeholder: '', help, default: false, defaultText: '', parse: () => true };
}
