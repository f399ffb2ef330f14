import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A GPU of this machine. */
export interface Gpu {
  /** e.g. `NVIDIA H100 80GB HBM3` */
  readonly name: string;
  /** megabytes */
  readonly memoryMb: number;
  /** version of the driver */
  readonly driver: string;
}

const MEBIBYTE = 1.048576; // megabytes; nvidia-smi says MiB

/** Asks `nvidia-smi` for comma-separated values. @throws where there is none, or no GPU under it */
async function query(...args: string[]): Promise<string[][]> {
  const { stdout } = await promisify(execFile)('nvidia-smi', [...args, '--format=csv,noheader,nounits']);
  return stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((cell) => cell.trim()));
}

/** The first GPU, or undefined where no driver answers. */
export async function detectGpu(): Promise<Gpu | undefined> {
  try {
    const [[name, memory, driver]] = await query('--query-gpu=name,memory.total,driver_version');
    return { name, memoryMb: Math.round(Number(memory) * MEBIBYTE), driver };
  } catch {
    return undefined;
  }
}

/** Memory in use on the first GPU, by whomever, megabytes. */
async function usedMemory(): Promise<number> {
  const [[used]] = await query('--query-gpu=memory.used');
  return Number(used) * MEBIBYTE;
}

/**
 * The most GPU memory that something takes while it runs, sampled from outside several times a second as what is in use
 * on the GPU above what was in use before; by process is not told inside containers. Right only while nobody else uses
 * the GPU. It counts what the framework has reserved, and the driver's context.
 */
export async function withGpuMemory<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly gpuMb: number }> {
  const before = await usedMemory();
  let most = before;
  let done = false;
  const sampling = (async () => {
    while (!done) {
      most = Math.max(most, await usedMemory());
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  })();
  try {
    return { result: await work(), gpuMb: Math.round(most - before) };
  } finally {
    done = true;
    await sampling;
  }
}
