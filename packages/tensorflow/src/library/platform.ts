import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What this process runs on, as far as shared libraries are concerned. */
export interface Platform {
  /** For example `linux-x64`. */
  readonly id: string;
  /** Container of shared libraries; `undefined` where this package has no support. */
  readonly format: 'elf' | 'mach-o' | undefined;
  /** Names of the library with the C API, best first: a wheel's, then that of TensorFlow's C distribution. */
  readonly coreNames: readonly string[];
  /** Name of the library that the core needs. */
  readonly frameworkName: string;
}

/** @param system `process.platform` and `process.arch`, or others */
export function platformOf(system: { readonly platform: string; readonly arch: string } = process): Platform {
  const id = `${system.platform}-${system.arch}`;
  const known = system.arch === 'x64' || system.arch === 'arm64';
  if (system.platform === 'darwin') {
    return {
      id,
      format: known ? 'mach-o' : undefined,
      coreNames: ['libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib'],
      frameworkName: 'libtensorflow_framework.2.dylib',
    };
  }
  return {
    id,
    format: known && system.platform === 'linux' ? 'elf' : undefined,
    coreNames: ['libtensorflow_cc.so.2', 'libtensorflow.so.2'],
    frameworkName: 'libtensorflow_framework.so.2',
  };
}

/**
 * Whether an NVIDIA driver is at work here that programs may use: its device files, or `nvidia-smi` on the path, and no
 * `CUDA_VISIBLE_DEVICES` that hides all GPUs. Nothing is run.
 */
export function hasNvidia(environment: NodeJS.ProcessEnv): boolean {
  if (process.platform !== 'linux' || ['', '-1'].includes(environment.CUDA_VISIBLE_DEVICES ?? '0'))
    return false;
  if (existsSync('/dev/nvidia0') || existsSync('/dev/nvidiactl')) return true;
  return (environment.PATH ?? '')
    .split(':')
    .some((folder) => folder !== '' && existsSync(join(folder, 'nvidia-smi')));
}
