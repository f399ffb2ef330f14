/**
 * Readers for the compact tables of `unicode-tables.ts`. A number is written in base 26, its last digit as a small
 * letter, those before as capitals, so that nothing has to stand between numbers.
 *
 * Sets: two numbers a run, the distance from the end of the run before to the first code point of this one, and the
 * run's length less one. Case pairs: four, from the last code point before to the first, how many, how far apart (1 or
 * 2), and what to add to get the other case, which may be negative: plus 65,536.
 */

const SHIFT = 0x10000;

function numbersOf(encoded: string): readonly number[] {
  const numbers: number[] = [];
  let value = 0;
  for (let index = 0; index < encoded.length; index += 1) {
    const letter = encoded.charCodeAt(index);
    value = value * 26 + (letter & 31) - 1;
    if (letter < 0x60) continue;
    numbers.push(value);
    value = 0;
  }
  return numbers;
}

/** Calls `visit(first, last)` for every run of a set, in rising order. */
export function forEachRun(encoded: string, visit: (first: number, last: number) => void): void {
  const numbers = numbersOf(encoded);
  let position = 0;
  for (let index = 0; index < numbers.length; index += 2) {
    const first = position + numbers[index];
    position = first + numbers[index + 1];
    visit(first, position);
  }
}

/** Calls `visit(from, to)` for every code point that has another case. */
export function forEachCasePair(encoded: string, visit: (from: number, to: number) => void): void {
  const numbers = numbersOf(encoded);
  let position = 0;
  for (let index = 0; index < numbers.length; index += 4) {
    const [gap, count, step, difference] = numbers.slice(index, index + 4);
    position += gap;
    for (let rest = count; rest > 0; rest -= 1) {
      visit(position, position + difference - SHIFT);
      if (rest > 1) position += step;
    }
  }
}
