/**
 * First key that one object of a JSON text has twice. `JSON.parse` keeps the last of them and says nothing, so a
 * header could describe one tensor to us and another to the next reader.
 * @param text valid JSON
 */
export function duplicateKey(text: string): string | undefined {
  // Strings, and the characters that open, close and divide; everything else cannot change what a key is.
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;
  const open: (Set<string> | undefined)[] = [];
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const key = JSON.parse(last) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
    last = token;
  }
  return undefined;
}
