import type {
  planTensorFlow,
  provideTensorFlow,
  ProvideOptions,
  ProvideProgress,
  TensorFlowLibrary,
} from '@bertune/tensorflow/library';

import type { TextSink } from '../io.js';
import { startProgress, type Progress } from '../progress.js';

/** The two functions of `@bertune/tensorflow` that are used here. */
export interface Provider {
  /** What would be fetched. */
  readonly planTensorFlow: typeof planTensorFlow;
  /** Fetches it. */
  readonly provideTensorFlow: typeof provideTensorFlow;
}

/** `274 MB`, `3.4 GB`. */
export function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/**
 * Fetches TensorFlow into the cache: one line about what comes, from where and where to, then its progress.
 * @throws LibraryError
 */
export async function fetchLibrary(
  provider: Provider,
  options: Pick<ProvideOptions, 'accelerator' | 'environment'>,
  sink: TextSink,
  decline: string,
): Promise<TensorFlowLibrary> {
  const { what, downloadBytes, unpackedBytes, directory } = provider.planTensorFlow(options);
  const announcement =
    `fetching native TensorFlow once: ${what} through pip, ${sizeText(downloadBytes)} to download and ` +
    `${sizeText(unpackedBytes)} in ${directory}${decline}\n`;
  let bar: Progress | undefined;
  let shown: ProvideProgress['stage'] | undefined;
  const onProgress = ({ stage, done, total, detail }: ProvideProgress): void => {
    if (stage !== shown) {
      // Not before: without pip, or with a cache that is filled already, nothing is fetched.
      if (shown === undefined) sink.write(announcement);
      shown = stage;
      bar?.stop();
      bar = undefined;
      if (stage === 'waiting') sink.write(`${detail} is fetching it already: waiting for it\n`);
      else bar = startProgress(sink, `${stage}, MB`, Math.round(total / 1e6));
    }
    bar?.update(Math.round(done / 1e6));
  };
  try {
    return await provider.provideTensorFlow({ ...options, onProgress });
  } finally {
    bar?.stop();
  }
}
