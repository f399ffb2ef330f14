/** Number of inserted, deleted, replaced or swapped letters between two words (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const best = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i].push(swapped ? Math.min(best, rows[i - 2][j - 2] + 1) : best);
    }
  }
  return rows[a.length][b.length];
}

/** Names that may have been meant, the nearest first, at most three: a quarter of the letters wrong, three at most. */
export function nearest(written: string, known: Iterable<string>): string[] {
  const word = written.toLowerCase().slice(0, 100);
  const most = Math.max(1, Math.min(3, Math.floor(word.length / 4)));
  return [...new Set(known)]
    .filter((name) => name !== written && name.length <= 100)
    .map((name) => ({ name, distance: editDistance(word, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** ` Did you mean A, B or C?`; nothing where nothing is near. */
export function question(suggestions: readonly string[]): string {
  if (suggestions.length === 0) return '';
  const list = new Intl.ListFormat('en', { type: 'disjunction' }).format(suggestions);
  return ` Did you mean ${list}?`;
}

/** BERTs that most people mean, by their full names on the hub. */
export const WELL_KNOWN: readonly string[] = [
  'google-bert/bert-base-uncased',
  'google-bert/bert-base-cased',
  'google-bert/bert-large-uncased',
  'google-bert/bert-large-cased',
  'google-bert/bert-base-multilingual-cased',
  'google-bert/bert-base-multilingual-uncased',
  'google-bert/bert-base-chinese',
  'google-bert/bert-base-german-cased',
  'google/bert_uncased_L-2_H-128_A-2',
  'google/bert_uncased_L-4_H-256_A-4',
  'google/bert_uncased_L-4_H-512_A-8',
  'google/bert_uncased_L-8_H-512_A-8',
  'prajjwal1/bert-tiny',
  'prajjwal1/bert-mini',
  'prajjwal1/bert-small',
  'sentence-transformers/all-MiniLM-L6-v2',
  'sentence-transformers/all-MiniLM-L12-v2',
  'ProsusAI/finbert',
  'dslim/bert-base-NER',
];
