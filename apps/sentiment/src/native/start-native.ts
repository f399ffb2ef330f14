import type { startTensorFlow, TensorFlowRuntime } from '@bertune/tensorflow';
import type { findTensorFlow, TensorFlowLibrary } from '@bertune/tensorflow/library';

import type { TextSink } from '../io.js';
import { downloadPolicy } from './download-policy.js';
import { fetchLibrary, type Provider } from './fetch-library.js';

/** What is used of `@bertune/tensorflow`. */
export interface NativeApi extends Provider {
  /** Looks for a library. */
  readonly findTensorFlow: typeof findTensorFlow;
  /** Loads one. */
  readonly startTensorFlow: typeof startTensorFlow;
}

/** How to start the native engine. */
export interface NativeOptions {
  /** Where the progress of a download goes; absent: nothing is fetched. */
  readonly download?: TextSink | undefined;
  /** Variables to read. */
  readonly environment: NodeJS.ProcessEnv;
}

/** The engine, or why there is none; and what went wrong on the way. */
export interface NativeStart {
  /** TensorFlow, running. */
  readonly runtime?: TensorFlowRuntime;
  /** Why it does not run, and what would help; present without `runtime`. */
  readonly failure?: { readonly why: string; readonly remedy: string };
  /** Libraries that were there and could not be used: worth a line each. */
  readonly notes: readonly string[];
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
}

/**
 * Starts the first TensorFlow that works: one that is found, the next one where that does not load, and where none is
 * left and it is allowed, one that pip fetches.
 */
export async function startNative(api: NativeApi, options: NativeOptions): Promise<NativeStart> {
  const { environment, download } = options;
  const rejected = new Map<string, string>();
  const notes: string[] = [];
  const start = async (library: TensorFlowLibrary): Promise<TensorFlowRuntime | undefined> => {
    try {
      return await api.startTensorFlow(library);
    } catch (error) {
      rejected.set(library.core, messageOf(error));
      notes.push(
        `${library.directory}: this TensorFlow does not start: ${messageOf(error).replace(/\.$/, '')}`,
      );
      return undefined;
    }
  };
  for (;;) {
    const { library, attempts } = await api.findTensorFlow({ environment, rejected });
    // What the user named and what is broken in our own cache should not be passed over in silence.
    for (const { place, path, outcome, detail } of attempts) {
      const named = place === 'environment' && path !== undefined && outcome === 'absent';
      if (!named && (outcome !== 'unusable' || (place !== 'environment' && place !== 'cache'))) continue;
      if ([...rejected.values()].includes(detail)) continue;
      const note = `${place === 'environment' ? 'BERTUNE_TENSORFLOW=' : ''}${path}: ${detail}`;
      if (!notes.includes(note)) notes.push(note);
    }
    if (!library) break;
    const runtime = await start(library);
    if (runtime) return { runtime, notes };
  }
  const fail = (why: string, remedy: string): NativeStart => ({ failure: { why, remedy }, notes });
  if (environment.BERTUNE_TENSORFLOW) {
    return fail(
      'BERTUNE_TENSORFLOW leads to none that works, and there is no other',
      'correct it, or unset it to have TensorFlow fetched (pnpm sentiment doctor shows what was looked at)',
    );
  }
  const { allowed, why } = downloadPolicy(environment);
  if (download === undefined || !allowed) {
    return fail(
      `no ${rejected.size > 0 ? 'other ' : ''}TensorFlow on this machine${allowed ? '' : `, and none is fetched (${why})`}`,
      'fetch it with pnpm sentiment doctor --download auto',
    );
  }
  try {
    const library = await fetchLibrary(api, { environment }, download, '; --backend wasm declines');
    const known = rejected.get(library.core);
    const runtime = known === undefined ? await start(library) : undefined;
    if (runtime) return { runtime, notes };
    return fail(rejected.get(library.core) ?? 'it does not start', 'see pnpm sentiment doctor');
  } catch (error) {
    return fail(messageOf(error), 'see pnpm sentiment doctor');
  }
}
