import { resolvePretrained, type SourceProgress } from '@bertune/bert';
import { modelDirectory } from '@bertune/bert-small-en';

import type { Io } from '../io.js';
import { startProgress, type Progress } from '../progress.js';
import { SHIPPED_MODEL } from './model-names.js';

/** `3.1 MB`, `440 MB`, `1.3 GB`. */
function sizeText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** Says once what is fetched and where to, then how far it is; says nothing where nothing is fetched. */
function progressOf(model: string, { stderr }: Io): { update(progress: SourceProgress): void; stop(): void } {
  let shown: string | undefined;
  let bar: Progress | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    update({ stage, file, done, total, directory }) {
      const part = `${stage} ${total}`;
      if (part !== shown) {
        shown = part;
        stop();
        if (stage === 'waiting') stderr.write(`${file} is fetching ${model} already: waiting for it\n`);
        else if (stage === 'extracting') stderr.write(`unpacking ${model} in ${directory}\n`);
        else {
          const size = total === undefined ? '' : `, ${sizeText(total)}`;
          stderr.write(`fetching ${model}${size}, once, to ${directory}\n`);
          // Bars count whole units: kilobytes tell a small file, and megabytes a large one.
          if (total !== undefined)
            bar = startProgress(stderr, 'fetched, MB', Math.max(1, Math.round(total / 1e6)));
        }
      }
      bar?.update(Math.round(done / 1e6), file);
    },
    stop,
  };
}

/**
 * The folder (or file of weights) of what `--model` names: a path, an archive, the model that comes along, an id on the
 * Hugging Face hub, a handle of TensorFlow Hub or Kaggle, an address. Fetches it where need be, with its progress on
 * standard error.
 * @throws SourceError; Ctrl-C ends the process, and the next one goes on from there
 */
export async function resolveModel(model: string, io: Io): Promise<string> {
  if (model === SHIPPED_MODEL) return modelDirectory;
  const progress = progressOf(model, io);
  try {
    return await resolvePretrained(model, { cwd: io.cwd, onProgress: progress.update });
  } finally {
    progress.stop();
  }
}
