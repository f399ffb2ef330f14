import type { Document, SourceFile } from '../source.js';

/** Translatable strings, `_ "…"` or `_"…"`, with a doubled quote for one inside. */
const STRING = /_\s*"((?:[^"]|"")*)"/g;

/** A campaign of Battle for Wesnoth: what is said and told in it, in order; a scenario is a document. */
export function* wml({ bytes }: SourceFile): Iterable<Document> {
  const strings = [...bytes.toString('utf8').matchAll(STRING)].map(([, string]) =>
    string
      .replace(/^\w+\^/, '')
      .replaceAll('""', '"')
      .replace(/<[^>]*>/g, ''),
  );
  yield strings.flatMap((string) => string.split(/\n\s*\n/));
}
