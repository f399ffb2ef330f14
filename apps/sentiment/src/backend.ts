import * as tf from '@tensorflow/tfjs';

import type { TensorFlowRuntime } from '@bertune/tensorflow';

import { AppError } from './errors.js';
import type { TextSink } from './io.js';
import { makeEagerExecutor, type MakeExecutor } from './model/shapes.js';
import { startNative, type NativeApi, type NativeStart } from './native/start-native.js';

/** Names of the backends, the fastest first. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

/** Finding a library loads nothing of the engine: who ends up on wasm never has koffi in the process. */
async function loadLibraryFinder(): Promise<NativeApi> {
  const { findTensorFlow, planTensorFlow, provideTensorFlow } = await import('@bertune/tensorflow/library');
  return {
    findTensorFlow,
    planTensorFlow,
    provideTensorFlow: async (options) => {
      // koffi has no binary for rare systems: not worth hundreds of megabytes there.
      await import('@bertune/tensorflow');
      return provideTensorFlow(options);
    },
    startTensorFlow: async (library) => (await import('@bertune/tensorflow')).startTensorFlow(library),
  };
}

/** The native library behind a backend. */
export interface TensorFlowInUse {
  /** Its version. */
  readonly version: string;
  /** Kind of place it was found in. */
  readonly source: keyof typeof sourceText;
  /** The library's file. */
  readonly path: string;
  /** For example `CPU` or `CPU, GPU`. */
  readonly devices: string;
}

/** What computes, and why it and no other. */
export interface Backend {
  /** TensorFlow.js backend name. */
  readonly name: BackendName;
  /** The reason, for the terminal and run.json. */
  readonly reason: string;
  /** What went wrong with libraries that are there: lines for the terminal. */
  readonly notes: readonly string[];
  /** What would make it faster, when there is something: a line for the terminal. */
  readonly tip?: string | undefined;
  /** Which TensorFlow is in use; only of `tensorflow`. */
  readonly tensorflow?: TensorFlowInUse | undefined;
  /** Who runs the steps of a training and the batches of an evaluation. */
  readonly makeExecutor: MakeExecutor;
}

/** How steps are compiled. */
export interface StepOptions {
  /** Matrix products of bfloat16 numbers. */
  readonly mixedPrecision: boolean;
  /** XLA. */
  readonly jitCompile: boolean;
}

/** How to start a backend. */
export interface StartOptions {
  /** Where the progress of fetching TensorFlow goes; absent: it is used when it is there, and not fetched. */
  readonly download?: TextSink | undefined;
  /** How steps are compiled; what is set here needs the native backend. */
  readonly steps?: StepOptions;
  /** Variables to read; default: the process's. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Starts wasm or cpu; tests have their own. */
  readonly startScript?: (name: 'wasm' | 'cpu') => Promise<void>;
  /** Loads what finds and starts libraries; tests have their own. */
  readonly loadNative?: () => Promise<NativeApi>;
}

async function startScriptBackend(name: 'wasm' | 'cpu'): Promise<void> {
  // Without it the cpu backend advertises another one.
  tf.enableProdMode();
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start ${name}`);
  await tf.ready();
}

function scriptBackend(
  name: 'wasm' | 'cpu',
  reason: string,
  { notes, tip }: Pick<Backend, 'notes' | 'tip'>,
): Backend {
  return { name, reason, notes, tip, makeExecutor: makeEagerExecutor };
}

async function nativeBackend(
  { version, library, devices }: TensorFlowRuntime,
  why: string,
  notes: readonly string[],
  steps: StepOptions | undefined,
): Promise<Backend> {
  const { TensorFlowExecutor } = await import('@bertune/tensorflow');
  const kinds = [...new Set(devices.map(({ type }) => type))].join(', ');
  return {
    name: 'tensorflow',
    reason: `${why}; TensorFlow ${version} on ${kinds}, ${sourceText[library.source]}, ${library.directory}`,
    notes,
    tensorflow: { version, source: library.source, path: library.core, devices: kinds },
    makeExecutor: ({ compileIf }) => new TensorFlowExecutor({ ...steps, compileIf }),
  };
}

/** How places are called in front of people. */
export const sourceText = {
  option: 'named by an option',
  environment: 'named by BERTUNE_TENSORFLOW',
  cache: 'from the cache',
  'tfjs-node': 'of tfjs-node',
  python: 'of an installed Python package',
} as const;

/** What a training without the native engine is told. */
function tenTimes(why: string, remedy: string): string {
  return `native TensorFlow would be about ten times as fast: ${why.replace(/\.$/, '')}; ${remedy}`;
}

/**
 * Starts the backend that was asked for, else the first of tensorflow, wasm and cpu that starts. The packages of the
 * others are not loaded.
 * @throws AppError `no-backend` when the one asked for does not start
 */
export async function startBackend(
  asked: BackendName | undefined,
  options: StartOptions = {},
): Promise<Backend> {
  const { startScript = startScriptBackend, loadNative = loadLibraryFinder } = options;
  const told: { notes: readonly string[]; tip?: string } = { notes: [] };
  if (asked === undefined || asked === 'tensorflow') {
    const { environment = process.env, download } = options;
    const { runtime, failure, notes } = await loadNative()
      .then((api) => startNative(api, { environment, download }))
      .catch((error: unknown) => cannotLoad(error));
    const reason = asked ? 'asked for with --backend' : 'the default';
    if (runtime) return nativeBackend(runtime, reason, notes, options.steps);
    const { why, remedy } = failure ?? cannotLoad(undefined).failure;
    if (asked)
      throw noBackend(
        asked,
        [...notes, why].join('; '),
        `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}, or use --backend wasm.`,
      );
    told.notes = notes;
    told.tip = tenTimes(why, remedy);
  }
  refuseSteps(options.steps, asked ? `--backend ${asked}` : (told.tip ?? 'none was found'));
  if (asked === 'wasm' || asked === 'cpu') {
    try {
      await startScript(asked);
    } catch (error) {
      throw noBackend(asked, messageOf(error), `Try --backend ${asked === 'wasm' ? 'cpu' : 'wasm'}.`, error);
    }
    return scriptBackend(asked, 'asked for with --backend', told);
  }
  try {
    await startScript('wasm');
    return scriptBackend('wasm', 'the faster of the two that need no installation', told);
  } catch (error) {
    await startScript('cpu');
    return scriptBackend('cpu', `wasm did not start (${messageOf(error)})`, told);
  }
}

/** The script backends run steps op by op, in float32. */
function refuseSteps(steps: StepOptions | undefined, why: string): void {
  const asked = [steps?.mixedPrecision && '--mixed-precision', steps?.jitCompile && '--jit-compile'].filter(
    Boolean,
  );
  if (asked.length === 0) return;
  throw new AppError('no-backend', {
    where: asked.join(' and '),
    expected: 'native TensorFlow, which alone can do that',
    found: why,
    remedy: `Leave ${asked.length > 1 ? 'them' : 'it'} out, or see pnpm sentiment doctor.`,
  });
}

function cannotLoad(error: unknown): NativeStart & Required<Pick<NativeStart, 'failure'>> {
  return {
    failure: {
      why: `its binding does not load (${messageOf(error)})`,
      remedy: 'see pnpm sentiment doctor',
    },
    notes: [],
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function noBackend(asked: BackendName, found: string, remedy: string, cause?: unknown): AppError {
  const where = `--backend ${asked}`;
  return new AppError('no-backend', { where, expected: 'a backend that starts', found, remedy, cause });
}
