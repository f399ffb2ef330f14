/** UTF-16 position -> code-point position. Walks from the last answer, so that neighbouring questions cost little. */
export function codePointCounter(text: string): (position: number) => number {
  let units = 0;
  let codePoints = 0;
  return (position) => {
    for (; units < position; codePoints += 1) units += isPair(text, units) ? 2 : 1;
    for (; units > position; codePoints -= 1) units -= isPair(text, units - 2) ? 2 : 1;
    return codePoints;
  };
}

function isPair(text: string, position: number): boolean {
  return position >= 0 && (text.codePointAt(position) ?? 0) > 0xffff;
}
