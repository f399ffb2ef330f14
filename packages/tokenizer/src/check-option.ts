import { TokenizerError } from './errors.js';

/** An option and the values it may have; none listed: whole numbers from 0 up. */
export type OptionCheck = readonly [option: string, allowed?: readonly unknown[]];

/** Values of a switch. */
export const SWITCH = [true, false];
/** Values of a side. */
export const SIDES = ['left', 'right'];

/** @throws TokenizerError `bad-option` for the first option that is neither absent nor as it may be */
export function checkOptions(options: object, checks: readonly OptionCheck[]): void {
  for (const [option, allowed] of checks) {
    const found = (options as Readonly<Record<string, unknown>>)[option];
    const fits = allowed?.includes(found) ?? (Number.isSafeInteger(found) && (found as number) >= 0);
    if (found === undefined || fits) continue;
    const expected = allowed?.map((value) => JSON.stringify(value)).join(', ') ?? 'a whole number, 0 or more';
    throw badOption(option, expected, found);
  }
}

/** The error for an option that is not as it may be. */
export function badOption(option: string, expected: string, found: unknown): TokenizerError {
  // JSON has no NaN and no Infinity.
  const shown = typeof found === 'number' ? found : JSON.stringify(found);
  return new TokenizerError('bad-option', `${option}: expected ${expected}, found ${shown}.`, {
    option,
    found,
  });
}
