import { gunzipSync } from 'node:zlib';

import type { Document, SourceFile } from '../source.js';
import { unwrap } from './paragraphs.js';

/** Marks of dictionaries that are not language: sources in brackets, references in braces, authors after dashes. */
function plainWords(paragraph: string): string {
  return paragraph
    .replace(/\[[^\][]*\]/g, ' ')
    .replace(/[{}]/g, '')
    .replace(/--\s*[A-Z][\w.' ]*(?:\([^)]*\))?\.?\s*$/, '')
    .replace(/\s+/g, ' ')
    .replace(/^ ?(?:\d+\.|\([a-z]\)) ?/, '')
    .trim();
}

/**
 * What follows the headword: in a dictionary of words its pronunciation between backslashes and its part of speech go
 * too (`Sea \Sea\, n.`), elsewhere the line it stands on.
 */
function withoutHeadword(entry: string): string {
  const pronounced = /^[^\n\\]*\\[^\\]*\\[,;]?\s*(?:(?:[a-z]{1,4}\.|&|or)\s+)*/.exec(entry);
  return pronounced === null ? entry.replace(/^.*\n?/, '') : entry.slice(pronounced[0].length);
}

/**
 * A database of the DICT servers (`NAME.dict.dz`, gzip in blocks): entries begin with a headword at the margin and go on
 * indented. Of each entry the definitions and quotations stay, without headword, etymology and marks. One document a
 * run of entries, since a single one is too short to have two segments.
 */
export function* dictd({ bytes }: SourceFile): Iterable<Document> {
  const text = gunzipSync(bytes).toString('utf8');
  let document: string[] = [];
  for (const entry of text.split(/\n(?=\S)/)) {
    for (const paragraph of unwrap(withoutHeadword(entry))) {
      const words = plainWords(paragraph);
      if (words !== '') document.push(words);
    }
    if (document.length < 24) continue;
    yield document;
    document = [];
  }
  yield document;
}
