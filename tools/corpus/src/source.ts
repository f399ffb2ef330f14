/** A text as it goes into the corpus: paragraphs in reading order, each on one line. */
export type Document = readonly string[];

/** A file of an unpacked package. */
export interface SourceFile {
  /** path in the package, with slashes */
  readonly path: string;
  readonly bytes: Buffer;
}

/** Takes the documents out of one file. */
export type Extract = (file: SourceFile) => Iterable<Document>;

/** One package whose text goes into the corpus. */
export interface Source {
  /** short name, unique */
  readonly name: string;
  readonly registry: 'debian' | 'npm';
  /** name in the registry; for npm with its version */
  readonly package: string;
  /** licence of the text, as its authors state it */
  readonly licence: string;
  /** what the text is, for the model card */
  readonly about: string;
  /** whether it is English as people speak, write letters and tell stories, or says what such words mean: no manuals, no Scripture */
  readonly isEveryday: boolean;
  /** paths of the files to read */
  readonly files: RegExp;
  readonly extract: Extract;
}
