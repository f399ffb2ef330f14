import type { Document, SourceFile } from '../source.js';
import { unwrap } from './paragraphs.js';

/** A file of cookies, separated by lines with one `%`; the line of the author (`-- NAME`) is dropped. */
export function* fortunes({ bytes }: SourceFile): Iterable<Document> {
  let document: string[] = [];
  for (const cookie of bytes.toString('utf8').split(/^%+\s*$/m)) {
    const [paragraph] = unwrap(cookie.replace(/^\s*-- .*$/gm, '').replace(/\n\s*\n/g, '\n'));
    if (paragraph !== undefined) document.push(paragraph);
    if (document.length < 16) continue;
    yield document;
    document = [];
  }
  yield document;
}

/** Descriptions of a game: `%%%%` lines between entries, each a key, an empty line and paragraphs. */
export function* descriptions({ bytes }: SourceFile): Iterable<Document> {
  const entries = bytes.toString('utf8').split(/^%%%%\s*$/m);
  let document: string[] = [];
  for (const entry of entries) {
    const lines = entry.replace(/^#.*$/gm, '').trim();
    const key = lines.indexOf('\n\n');
    if (key >= 0) document.push(...unwrap(lines.slice(key)).filter((text) => !/[{}<>@$]/.test(text)));
    if (document.length < 16) continue;
    yield document;
    document = [];
  }
  yield document;
}
