import { Parser } from 'htmlparser2';

import type { Document, SourceFile } from '../source.js';

/** Elements whose text is one paragraph. */
const PARAGRAPHS = new Set(['p', 'dd', 'li', 'td', 'blockquote', 'desc', 'item', 'div']);

/** Elements whose text is no prose. */
const SKIPPED = new Set([
  'pre',
  'code',
  'script',
  'style',
  'table',
  'nav',
  'screen',
  'head',
  'info',
  'links',
]);

/**
 * Paragraphs of an HTML or Mallard page; a page is a document. Code, tables and navigation are left out; inline code
 * inside a paragraph makes the sentence useless without it, so its text stays.
 */
export function* markup({ bytes, path }: SourceFile): Iterable<Document> {
  const document: string[] = [];
  let text = '';
  let skipping = 0;
  let inside = 0;
  const flush = (): void => {
    const paragraph = text.replace(/\s+/g, ' ').trim();
    if (paragraph !== '') document.push(paragraph);
    text = '';
  };
  const parser = new Parser(
    {
      onopentagname(name) {
        if (SKIPPED.has(name) && !(name === 'code' && inside > 0)) skipping += 1;
        if (PARAGRAPHS.has(name)) {
          flush();
          inside += 1;
        }
      },
      ontext(data) {
        if (skipping === 0 && inside > 0) text += data;
      },
      onclosetag(name) {
        if (SKIPPED.has(name) && !(name === 'code' && inside > 0)) skipping = Math.max(0, skipping - 1);
        if (PARAGRAPHS.has(name)) {
          flush();
          inside = Math.max(0, inside - 1);
        }
      },
    },
    { xmlMode: path.endsWith('.page'), decodeEntities: true },
  );
  parser.end(bytes.toString('utf8'));
  flush();
  yield document;
}
