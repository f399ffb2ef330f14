/** A package of the corpus, of `sources.json`. */
export interface CorpusSource {
  readonly name: string;
  readonly registry: string;
  readonly archive: string;
  readonly sha256: string;
  readonly licence: string;
  readonly about: string;
  readonly documents: number;
  readonly bytes: number;
}

/** `sources.json` of `@bertune/corpus`. */
export interface CorpusSources {
  /** of corpus.txt */
  readonly sha256: string;
  readonly sources: readonly CorpusSource[];
}

/** Sources with their shares; those that differ by a last part of the name only (campaigns of a game) in one row. */
export function sourceTable({ sources }: CorpusSources): string {
  const groups = new Map<string, CorpusSource[]>();
  for (const source of sources) {
    const key = `${source.about}\n${source.licence}`;
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  const rows = [...groups.values()]
    .map((group) => ({ first: group[0], group, bytes: group.reduce((sum, { bytes }) => sum + bytes, 0) }))
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ first, group, bytes }) => {
      const packages = group.length === 1 ? first.archive.split('_')[0] : `${group.length} packages`;
      return `| ${first.about} | ${packages} (${first.registry}) | ${first.licence} | ${(bytes / 1e6).toFixed(1)} |`;
    });
  return ['| text | package | licence | MB |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Whose text the weights are made of, as plain text. */
export function notice({ sha256, sources }: CorpusSources): string {
  return [
    'bert-small-en: weights and vocabulary of a BERT, by the bertune authors, Apache-2.0.',
    '',
    'They were learnt from the texts below, which keep their own licences; none of them is in this package. The corpus made of',
    `them has the SHA-256 ${sha256};`,
    'tools/corpus of the repository rebuilds it.',
    '',
    'The weights also learnt the sentence embeddings that a larger model gives these texts: all-MiniLM-L6-v2 of sentence-transformers,',
    'Apache-2.0, https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2. None of its weights is in this package.',
    '',
    ...sources.flatMap(({ about, registry, archive, licence, sha256: of }) => [
      about,
      `  ${registry}: ${archive}`,
      `  licence: ${licence}`,
      `  SHA-256: ${of}`,
      '',
    ]),
  ].join('\n');
}
