/** What a JSON text is, as far as `JSON.parse` does not say or would pay dearly to find out. */
export interface JsonScan {
  /** first key that one object has twice, of which `JSON.parse` keeps the last and says nothing */
  readonly twice: string | undefined;
  /** whether objects and arrays are nested deeper than allowed, or more than allowed; nothing after that was looked at */
  readonly isBomb: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Index after a string that begins at `start`, with its quotes. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return Math.min(at + 1, text.length);
}

/**
 * Looks a JSON text over in one pass, without recursion, before anything is made of it.
 * @param text that may be no JSON at all
 * @param deepest how deep objects and arrays may be nested
 * @param most how many of them there may be
 * @throws SyntaxError for a key that is no string of JSON
 */
export function scanJson(text: string, deepest: number, most: number): JsonScan {
  const open: (Set<string> | undefined)[] = [];
  let containers = 0;
  let last = '';
  for (let at = 0; at < text.length;) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      last = text.slice(at, end);
      at = end;
      continue;
    }
    at++;
    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined);
      if (open.length > deepest || ++containers > most) return { twice: undefined, isBomb: true };
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === ':') {
      const keys = open.at(-1);
      const key = JSON.parse(last) as string;
      if (keys?.has(key)) return { twice: key, isBomb: false };
      keys?.add(key);
    }
  }
  return { twice: undefined, isBomb: false };
}
