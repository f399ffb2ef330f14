/** Joins hard-wrapped lines: paragraphs are separated by empty lines. */
export function unwrap(text: string): string[] {
  return text
    .split(/\r?\n[ \t]*(?:\r?\n[ \t]*)+/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '');
}

/** A reader of plain text with hard-wrapped lines: one document a file. */
export function* plainText({ bytes }: { readonly bytes: Buffer }): Iterable<string[]> {
  yield unwrap(bytes.toString('utf8'));
}

/** Books of Project Gutenberg: what stands between its START and END lines, or all where it has been taken off. */
export function* gutenberg({ bytes }: { readonly bytes: Buffer }): Iterable<string[]> {
  const text = bytes.toString('utf8');
  const start = /^\*\*\* ?START OF.*$/m.exec(text);
  const end = /^(\*\*\* ?END OF|End of (the )?Project Gutenberg).*$/m.exec(text);
  const from = start === null ? 0 : start.index + start[0].length;
  // One document a chapter, so that a random next segment can come from elsewhere in the book.
  for (const chapter of text.slice(from, end?.index).split(/^(?=CHAPTER\b)/im)) yield unwrap(chapter);
}
