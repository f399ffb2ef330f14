/**
 * Valid files that inputs are made from. `run.mjs` puts them in place of this list, since the fuzzer itself runs
 * without a file system.
 */
declare const SEED_FILES: Readonly<Record<string, string>>;

/** Bytes of a small file. */
const LARGEST = 24_000;

/** Content of a file below `test/golden`. */
export function seedFile(path: string): Uint8Array {
  const base64 = SEED_FILES[path];
  if (base64 === undefined) throw new Error(`${path} is not among the seeds`);
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

/** Names of the files of a folder below `test/golden` that have so few bytes that a fuzzer gets through many. */
export function smallFiles(folder: string, ending: string): readonly string[] {
  const names = Object.keys(SEED_FILES).filter(
    (path) => path.startsWith(`${folder}/`) && path.endsWith(ending),
  );
  return names.filter((path) => seedFile(path).length <= LARGEST).sort();
}
