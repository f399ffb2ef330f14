import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';

import { files } from '#files';

import { extract } from '../../../src/sources/archive.node.js';
import { tarOf, zipOf } from '../archive-parts.js';
import { mutateBytes } from '../mutate-bytes.js';
import type { Input, Target } from '../target.js';

/** Beside the bundle of the fuzzer, which is removed with all there is. */
const sandbox = fileURLToPath(new URL(`archives-${threadId}`, import.meta.url));

/** A ZIP, or a tar packed by gzip or not. They are unpacked on the disk, and nothing may be outside their folder. */
export const archives: Target = {
  name: 'archives',
  every: 10,
  input(draw): Input {
    const zip = draw.chance(0.5);
    const plain = zip ? zipOf(draw) : tarOf(draw);
    const changed = draw.chance(0.2) ? mutateBytes(draw, plain) : plain;
    if (zip || draw.chance(0.3)) return new Map([['archive', changed]]);
    const packed = new Uint8Array(gzipSync(changed, { level: 1 }));
    return new Map([['archive', draw.chance(0.1) ? mutateBytes(draw, packed) : packed]]);
  },
  async read(folder) {
    const file = await files.open(`${folder}/archive`);
    const bytes = new Uint8Array(file.size);
    await file.read(bytes, 0);
    await rm(sandbox, { recursive: true, force: true });
    await mkdir(`${sandbox}/in`, { recursive: true });
    await writeFile(`${sandbox}/in/archive`, bytes);
    let failed = false;
    try {
      await extract(`${sandbox}/in/archive`, `${sandbox}/in/out`, {
        source: `${folder}/archive`,
        onBytes: () => undefined,
      });
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      const found = [...(await readdir(sandbox)), ...(await readdir(`${sandbox}/in`))].sort().join(' ');
      const expected = failed ? 'archive in' : 'archive in out';
      // eslint-disable-next-line no-unsafe-finally -- what is left on the disk is worse than any error
      if (found !== expected) throw new Error(`expected ${expected} on the disk, found ${found}`);
    }
  },
};
