import { fileURLToPath } from 'node:url';

import { cacheDirectory, entriesFor, lookInEntry } from './cache.js';
import { lookInFolder, type Look } from './folder.js';
import type { Attempt, TensorFlowLibrary } from './library.js';
import { hasNvidia, platformOf } from './platform.js';
import { lookInPython } from './python.js';
import { lookInTfjsNode } from './tfjs-node.js';

/** Where to look, and for what. */
export interface FindOptions {
  /** A folder that comes before every other place. */
  readonly directory?: string | undefined;
  /** Our cache; default: `cacheDirectory(environment)`. */
  readonly cacheDirectory?: string | undefined;
  /** Variables to read; default: the process's. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /**
   * Libraries that were tried and did not work, as `core` -> why: they are recorded as unusable and the search goes on
   * to the next.
   */
  readonly rejected?: ReadonlyMap<string, string> | undefined;
  /** Look at every place even when one has been found, for a report; default: false. */
  readonly everywhere?: boolean | undefined;
}

/** What was found, and every place that was looked at on the way. */
export interface FindResult {
  /** The first that looks right; nothing of it is loaded. */
  readonly library: TensorFlowLibrary | undefined;
  /** In the order of looking. */
  readonly attempts: readonly Attempt[];
}

/**
 * Looks for TensorFlow's shared libraries, and takes the first place that has them: the `directory` option,
 * `BERTUNE_TENSORFLOW`, our cache, what the install script of tfjs-node(-gpu) left, an installed Python `tensorflow`.
 * Never downloads, never loads a library, never rejects because of what it meets.
 *
 * A library that looks right may still fail to load. Then ask again with it in `rejected`.
 */
export async function findTensorFlow(options: FindOptions = {}): Promise<FindResult> {
  const { rejected, everywhere = false } = options;
  const attempts: Attempt[] = [];
  let library: TensorFlowLibrary | undefined;
  for await (const look of places(options)) {
    const why = look.library && rejected?.get(look.library.core);
    attempts.push(why === undefined ? look.attempt : { ...look.attempt, outcome: 'unusable', detail: why });
    if (look.library && why === undefined) {
      library ??= look.library;
      if (!everywhere) break;
    }
  }
  return { library, attempts };
}

async function* places(options: FindOptions): AsyncGenerator<Look> {
  const { directory, environment = process.env } = options;
  const platform = platformOf();
  if (directory !== undefined) yield lookInFolder('option', directory, platform);
  const named = environment.BERTUNE_TENSORFLOW;
  if (named) yield lookInFolder('environment', named, platform);
  else {
    yield {
      attempt: { place: 'environment', outcome: 'absent', detail: 'BERTUNE_TENSORFLOW is not set' },
    };
  }
  const cache = options.cacheDirectory ?? cacheDirectory(environment);
  const entries = await entriesFor(cache, platform, hasNvidia(environment));
  for (const entry of entries) yield lookInEntry(entry, platform);
  if (entries.length === 0) {
    yield { attempt: { place: 'cache', path: cache, outcome: 'absent', detail: 'nothing there yet' } };
  }
  const here = fileURLToPath(new URL('.', import.meta.url));
  yield* await lookInTfjsNode(platform, [here, process.cwd()]);
  yield* await lookInPython(platform, environment);
}
