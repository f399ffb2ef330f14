import type { Document, SourceFile } from '../source.js';

/** Verses in JSON, `{"Genesis 1:1": "In the beginning …"}`: a chapter is a document, a verse a paragraph. */
export function* verses({ bytes }: SourceFile): Iterable<Document> {
  const all = JSON.parse(bytes.toString('utf8')) as Readonly<Record<string, string>>;
  let chapter = '';
  let document: string[] = [];
  for (const [place, verse] of Object.entries(all)) {
    const of = place.slice(0, place.lastIndexOf(':'));
    if (of !== chapter) {
      yield document;
      document = [];
      chapter = of;
    }
    document.push(verse.replace(/[#[\]]/g, '').trim());
  }
  yield document;
}
