import type { Document, SourceFile } from '../source.js';

/**
 * A data file of WordNet: each line is a set of synonyms, whose gloss after `|` is a definition and examples in quotes.
 * They become sentences, "a word is a definition." where the definition is short; one document a run of neighbours,
 * which WordNet orders by meaning.
 */
export function* wordnet({ bytes }: SourceFile): Iterable<Document> {
  let document: string[] = [];
  for (const line of bytes.toString('utf8').split('\n')) {
    const bar = line.indexOf(' | ');
    if (bar < 0 || line.startsWith('  ')) continue;
    const words = line.slice(0, bar).split(' ');
    const lemma = (words[4] ?? '').replaceAll('_', ' ').replace(/\([a-z]+\)$/, '');
    const gloss = line.slice(bar + 3).trim();
    const examples = [...gloss.matchAll(/"([^"]+)"/g)].map(([, example]) => example.trim());
    const definition = gloss.replace(/;?\s*"[^"]*"[^;]*/g, '').trim();
    const sentences = [`${lemma}: ${definition}.`, ...examples.map((example) => `${example}.`)];
    document.push(sentences.join(' '));
    if (document.length < 16) continue;
    yield document;
    document = [];
  }
  yield document;
}
