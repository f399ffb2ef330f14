import { BadValue, optionName, type OptionTable } from '../option-kinds.js';
import { seededRandom } from '../random.js';

/** Values that one option is tried with. */
export type Dimension =
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'range'; readonly low: number; readonly high: number; readonly scale: 'linear' | 'log' }
  | { readonly kind: 'integers'; readonly low: number; readonly high: number };

/** Options that are searched, by their names on the command line: `learning-rate`. */
export type SearchSpace = Readonly<Record<string, Dimension>>;

/** What one trial is given, by the names of the options. */
export type Parameters = Readonly<Record<string, string>>;

const whole = /^\d{1,15}$/;

/**
 * Reads a search space: `learning-rate=1e-5..1e-3:log batch-size=16|32 epochs=2..4`. `..` is a range, of whole numbers
 * where both ends are, evenly spread, or by its orders of magnitude with `:log`; `|` is a choice.
 * @param options options that may be searched; every value must be one that they take
 * @throws BadValue
 */
export function parseSearchSpace(text: string, options: OptionTable): SearchSpace {
  const entries = text
    .trim()
    .split(/\s+/)
    .map((entry) => dimensionOf(entry, options));
  const names = entries.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new BadValue(`each option once, and ${twice} is there twice`);
  return Object.fromEntries(entries);
}

function dimensionOf(entry: string, options: OptionTable): readonly [string, Dimension] {
  const [, name = '', spec = ''] = /^([\w-]+)=(.+)$/.exec(entry) ?? [];
  const searchable = Object.keys(options).map(optionName);
  if (!searchable.includes(name)) {
    throw new BadValue(
      `OPTION=LOW..HIGH or OPTION=A|B|C with a space between, of the options ${searchable.join(', ')}; "${entry}" is not`,
    );
  }
  const check = (value: string): void => {
    const option = Object.entries(options).find(([key]) => optionName(key) === name)?.[1];
    try {
      option?.parse(value);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      throw new BadValue(`for ${name} ${error.message}; "${value}" is not`);
    }
  };
  const range = /^(.+?)\.\.(.+?)(:log)?$/.exec(spec);
  if (!range) {
    const values = spec.split('|');
    values.forEach(check);
    return [name, { kind: 'choice', values }];
  }
  const [, from = '', to = '', log] = range;
  check(from);
  check(to);
  const [low, high] = [Number(from), Number(to)];
  if (!(low < high)) throw new BadValue(`a range that rises; ${name}=${spec} does not`);
  if (log && low <= 0) throw new BadValue(`a range above 0 with :log; ${name}=${spec} is not`);
  if (!log && whole.test(from) && whole.test(to)) return [name, { kind: 'integers', low, high }];
  return [name, { kind: 'range', low, high, scale: log ? 'log' : 'linear' }];
}

/** A search space as it is read. */
export function writtenSpace(space: SearchSpace): string {
  return Object.entries(space)
    .map(([name, dimension]) => {
      if (dimension.kind === 'choice') return `${name}=${dimension.values.join('|')}`;
      const log = dimension.kind === 'range' && dimension.scale === 'log' ? ':log' : '';
      return `${name}=${dimension.low}..${dimension.high}${log}`;
    })
    .join(' ');
}

/**
 * The parameters of a trial, drawn at random (Bergstra and Bengio, 2012). They depend on the seed and the trial's number
 * alone, so that a search that goes on draws what it would have drawn.
 * @param trial from 1
 */
export function sample(space: SearchSpace, seed: number, trial: number): Parameters {
  const random = seededRandom(Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) + Math.imul(trial, 0x85ebca6b));
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [name, draw(dimension, random())]),
  );
}

/** @param chance in [0, 1) */
function draw(dimension: Dimension, chance: number): string {
  if (dimension.kind === 'choice') {
    return dimension.values[Math.floor(chance * dimension.values.length)] ?? '';
  }
  const { low, high } = dimension;
  if (dimension.kind === 'integers') return String(low + Math.floor(chance * (high - low + 1)));
  const value = dimension.scale === 'log' ? low * (high / low) ** chance : low + chance * (high - low);
  return String(Number(value.toPrecision(3)));
}
