import { createRequire } from 'node:module';

import * as tf from '@tensorflow/tfjs';

import { TensorFlowBackend } from './backend.js';
import { EagerContext } from './binding/eager-context.js';
import { probeFusedOperations } from './binding/fused-operations.js';
import { TensorFlowBinding } from './binding/tensorflow-binding.js';
import { loadLibrary, type NativeLibrary } from './c-api/load-library.js';
import { bytesField, varintField } from './c-api/protobuf.js';
import type { Pointer } from './c-api/signatures.js';
import { Status } from './c-api/status.js';
import { registerKernels } from './kernels/register.js';
import type { TensorFlowLibrary } from './library/library.js';

/** How TensorFlow runs in this process. */
export interface TensorFlowOptions {
  /** threads that share one operation; default: one for each core */
  readonly intraOpThreads?: number | undefined;
  /** operations that run at the same time; default: TensorFlow's choice */
  readonly interOpThreads?: number | undefined;
}

/** A device TensorFlow found. */
export interface Device {
  /** e.g. `/job:localhost/replica:0/task:0/device:GPU:0` */
  readonly name: string;
  /** `CPU` or `GPU` */
  readonly type: string;
  /** what TensorFlow may use of it */
  readonly memoryBytes: number;
}

/** TensorFlow, running in this process. */
export interface TensorFlowRuntime {
  /** TensorFlow's version */
  readonly version: string;
  /** the library in use */
  readonly library: TensorFlowLibrary;
  readonly devices: readonly Device[];
}

/** Name of the TensorFlow.js backend: that of tfjs-node, whose place it takes. */
export const BACKEND_NAME = 'tensorflow';

let running: TensorFlowRuntime | undefined;

/**
 * Loads TensorFlow and makes it TensorFlow.js's active backend, `tensorflow`. Once a process: a later call makes the backend
 * active again, whatever library and options it names.
 * @throws LoadError `wrong-library`, `missing-symbol`
 */
export async function startTensorFlow(
  library: TensorFlowLibrary,
  options: TensorFlowOptions = {},
): Promise<TensorFlowRuntime> {
  running ??= await start(library, options);
  await tf.setBackend(BACKEND_NAME);
  await tf.ready();
  return running;
}

/** The backend, when it is TensorFlow.js's active one. */
export function activeBackend(): TensorFlowBackend | undefined {
  const backend: unknown = tf.getBackend() === BACKEND_NAME ? tf.backend() : undefined;
  return backend instanceof TensorFlowBackend ? backend : undefined;
}

async function start(library: TensorFlowLibrary, options: TensorFlowOptions): Promise<TensorFlowRuntime> {
  const native = loadLibrary(library);
  const context = newContext(native, options);
  const devices = listDevices(native, context);
  const hasGpu = devices.some(({ type }) => type === 'GPU');
  supplyRemovedUtilities();
  await import('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js');
  registerKernels(BACKEND_NAME);
  const eager = new EagerContext(native, context);
  const fused = hasGpu ? { bias: false, gelu: false, layerNorm: false } : probeFusedOperations(eager);
  tf.registerBackend(
    BACKEND_NAME,
    () => new TensorFlowBackend(new TensorFlowBinding(eager, hasGpu, fused)),
    3,
  );
  return { version: native.c.TF_Version(), library, devices };
}

// Field numbers of tensorflow/core/protobuf/config.proto.
const INTRA_OP_PARALLELISM_THREADS = 2;
const INTER_OP_PARALLELISM_THREADS = 5;
const GPU_OPTIONS = 6;
const ALLOW_GROWTH = 4;

function newContext(native: NativeLibrary, { intraOpThreads, interOpThreads }: TensorFlowOptions): Pointer {
  const { c } = native;
  const status = new Status(c);
  const config = Buffer.concat([
    ...(intraOpThreads ? [varintField(INTRA_OP_PARALLELISM_THREADS, intraOpThreads)] : []),
    ...(interOpThreads ? [varintField(INTER_OP_PARALLELISM_THREADS, interOpThreads)] : []),
    // Without it TensorFlow takes all of the GPU's memory at once, and others on the machine have none.
    bytesField(GPU_OPTIONS, varintField(ALLOW_GROWTH, 1)),
  ]);
  const options = c.TFE_NewContextOptions();
  try {
    c.TFE_ContextOptionsSetConfig(options, config, config.length, status.pointer);
    status.check(() => ({ op: 'TFE_ContextOptionsSetConfig', inputs: [] }));
    const context = c.TFE_NewContext(options, status.pointer);
    status.check(() => ({ op: 'TFE_NewContext', inputs: [] }));
    return context;
  } finally {
    c.TFE_DeleteContextOptions(options);
  }
}

function listDevices({ c }: NativeLibrary, context: Pointer): Device[] {
  const status = new Status(c);
  const list = c.TFE_ContextListDevices(context, status.pointer);
  status.check(() => ({ op: 'TFE_ContextListDevices', inputs: [] }));
  const devices = Array.from({ length: c.TF_DeviceListCount(list) }, (_, i) => ({
    name: c.TF_DeviceListName(list, i, status.pointer),
    type: c.TF_DeviceListType(list, i, status.pointer),
    memoryBytes: c.TF_DeviceListMemoryBytes(list, i, status.pointer),
  }));
  c.TF_DeleteDeviceList(list);
  return devices;
}

/** tfjs-node calls functions of `node:util` of which Node 22 warns and which Node 23 removed. */
function supplyRemovedUtilities(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
