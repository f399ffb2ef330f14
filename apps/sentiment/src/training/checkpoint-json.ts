/** Key of an object that stands for a number which JSON lacks. */
const NUMBER = '$number';

/** JSON that `parseExact` reads to the last bit: NaN, infinities and -0 included. */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'number' && (!Number.isFinite(part) || Object.is(part, -0))
      ? { [NUMBER]: Object.is(part, -0) ? '-0' : String(part) }
      : part,
  );
}

/** Reads what `stringifyExact` wrote. @throws SyntaxError */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || !(NUMBER in part)) return part;
    return Number(part[NUMBER]);
  });
}
