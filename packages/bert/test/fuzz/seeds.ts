/**
 * Valid files that inputs are made from. `run.mjs` puts them in place of this list, since the fuzzer itself runs
 * without a file system.
 */
declare const SEED_FILES: Readonly<Record<string, string>>;

/** Content of a file below `test/golden`. */
export function seedFile(path: string): Uint8Array {
  const base64 = SEED_FILES[path];
  if (base64 === undefined) throw new Error(`${path} is not among the seeds`);
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}
