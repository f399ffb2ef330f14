/**
 * Readers for the compact tables of `unicode-tables.ts`.
 *
 * Sets: words separated by spaces, each `gap` or `gap.extra` in base 36: the distance from the end of the run
 * before to the first code point of this one, and the run's length less one.
 * Case pairs: `gap.count.step.difference`: from the last code point before to the first, how many, how far apart
 * (1 or 2), and what to add to get the other case.
 */

const BASE = 36;

/** Calls `visit(first, last)` for every run of a set, in rising order. */
export function forEachRun(encoded: string, visit: (first: number, last: number) => void): void {
  let position = 0;
  for (const word of encoded.split(' ')) {
    const [gap, extra] = word.split('.');
    const first = position + parseInt(gap ?? '0', BASE);
    position = first + (extra === undefined ? 0 : parseInt(extra, BASE));
    visit(first, position);
  }
}

/** Calls `visit(from, to)` for every code point that has another case. */
export function forEachCasePair(encoded: string, visit: (from: number, to: number) => void): void {
  let position = 0;
  for (const word of encoded.split(' ')) {
    const [gap = 0, count = 0, step = 0, difference = 0] = word
      .split('.')
      .map((part) => parseInt(part, BASE));
    const first = position + gap;
    for (let index = 0; index < count; index += 1) {
      position = first + index * step;
      visit(position, position + difference);
    }
  }
}
