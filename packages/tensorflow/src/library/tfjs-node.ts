import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { lookInFolder, type Look } from './folder.js';
import type { Platform } from './platform.js';

/**
 * Looks for what the install scripts of tfjs-node leave in `deps/lib`: packages that this one or the program in the
 * working directory can see.
 * @param from folders whose packages count
 */
export async function lookInTfjsNode(platform: Platform, from: readonly string[]): Promise<Look[]> {
  const looks = new Map<string, Look>();
  for (const name of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
    for (const base of from) {
      const root = packageFolder(name, base);
      if (root === undefined || looks.has(root)) continue;
      const look = await lookInFolder('tfjs-node', join(root, 'deps', 'lib'), platform);
      const absent = { ...look.attempt, detail: 'its install script did not run' };
      looks.set(root, look.attempt.outcome === 'absent' ? { attempt: absent } : look);
    }
  }
  if (looks.size > 0) return [...looks.values()];
  return [
    { attempt: { place: 'tfjs-node', outcome: 'absent', detail: 'no @tensorflow/tfjs-node in reach' } },
  ];
}

function packageFolder(name: string, base: string): string | undefined {
  try {
    return dirname(createRequire(join(base, 'x.js')).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
