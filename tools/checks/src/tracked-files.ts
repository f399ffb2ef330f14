import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from './problem.js';

/** Larger files need a reason and an entry in `LARGE`. */
const MEGABYTES = 2;

/** Files that may be larger, with the limit in megabytes. */
const LARGE: Readonly<Record<string, number>> = {
  // the default weights of `sentiment train`, which must need no download
  'packages/bert-small-en/model/model.safetensors': 12,
};

/** Other projects' files, by SHA-256: tests read them from the shared folder, the repository must not contain them. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  '07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3': 'the vocabulary of bert-base-uncased',
  eeaa9875b23b04b4c54ef759d03db9d1ba1554838f8fb26c5d96fa551df93d02: 'the vocabulary of bert-base-cased',
  '45bbac6b341c319adc98a532532882e91a9cefc0329aa57bac9ae761c27b291c': 'the vocabulary of bert-base-chinese',
  fe0fda7c425b48c516fc8f160d594c8022a0808447475c1a7c6d6479763f310c:
    'the vocabulary of bert-base-multilingual-cased',
  adf03b6ccf2b3df2eb5d85c3703b4775b6f63a26aa4aa56d83f378a8e60af410:
    "the key list of other people's checkpoints",
};

/** Host names of package registries, in pieces so that this file does not contain them. */
const REGISTRIES = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['registry', 'npmmirror', 'com'],
  ['npm', 'pkg', 'github', 'com'],
  ['files', 'pythonhosted', 'org'],
].map((parts) => parts.join('.'));

/**
 * What must not be in the repository: large files, other projects' data, names of package registries (an install
 * uses whatever registry its machine is set to).
 * @param files paths from `root`
 */
export function checkTrackedFiles(root: string, files: readonly string[]): Problem[] {
  return files.flatMap((file) => checkContent(file, readFileSync(join(root, file))));
}

/** The same for one file's bytes. */
export function checkContent(file: string, bytes: Buffer): Problem[] {
  const problems: Problem[] = [];
  const limit = (LARGE[file] ?? MEGABYTES) * 1e6;
  if (bytes.length > limit) {
    problems.push({
      file,
      message: `${bytes.length} bytes; the limit is ${limit} (tools/checks/src/tracked-files.ts)`,
    });
  }
  const owner = FORBIDDEN[createHash('sha256').update(bytes).digest('hex')];
  if (owner)
    problems.push({ file, message: `is ${owner}; read it through sharedPath() of @bertune/testkit` });
  if (bytes.includes(0)) return problems;
  const lines = bytes.toString('utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    const host = REGISTRIES.find((name) => line.includes(name));
    if (host)
      problems.push({ file, line: index + 1, message: `names the package registry ${host}; leave it out` });
  }
  return problems;
}
