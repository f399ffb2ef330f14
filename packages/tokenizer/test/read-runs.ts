/** Readers of what tools/reference/tokenizer_tables.py writes: runs in base 36, each number after the one before. */

/** A set: each run `gap` or `gap.extra`, the distance from the end of the run before, and its length less one. */
export function readRuns(text: string): Set<number> {
  const found = new Set<number>();
  let position = 0;
  for (const word of text.split(' ')) {
    const [gap, extra = '0'] = word.split('.');
    const first = position + parseInt(gap, 36);
    position = first + parseInt(extra, 36);
    for (let c = first; c <= position; c += 1) found.add(c);
  }
  return found;
}

/** Code point -> its other case: each run `gap.count.step.difference`. */
export function readCases(text: string): Map<number, number> {
  const found = new Map<number, number>();
  let position = 0;
  for (const word of text.split(' ')) {
    const [gap, count, step, difference] = word.split('.').map((part) => parseInt(part, 36));
    const first = position + gap;
    for (let index = 0; index < count; index += 1) {
      position = first + index * step;
      found.set(position, position + difference);
    }
  }
  return found;
}
