import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A GPU as its driver names it. */
export interface Gpu {
  /** For example `NVIDIA H100 80GB HBM3`. */
  readonly name: string;
  /** Its memory as the driver writes it, for example `81559 MiB`. */
  readonly memory: string;
  /** Version of the driver. */
  readonly driver: string;
}

/** What this computer is, as far as speed hangs on it. */
export interface Machine {
  /** For example `linux x64, 6.8.0`. */
  readonly system: string;
  /** Model of the processor. */
  readonly cpu: string;
  /** Logical processors of the machine. */
  readonly processors: number;
  /** Those this process may use: the threads TensorFlow takes. */
  readonly threads: number;
  /** Instruction sets that matter for matrix products, in the words of Linux; empty when the system does not tell. */
  readonly features: readonly string[];
  /** Bytes of memory. */
  readonly memoryBytes: number;
  /** Bytes of it that are free or can be freed. */
  readonly availableBytes: number;
  /** NVIDIA GPUs; empty without a driver. */
  readonly gpus: readonly Gpu[];
}

/** Instruction sets in use by TensorFlow's kernels, the weakest first. */
const wanted = [
  'avx',
  'avx2',
  'fma',
  'avx512f',
  'avx512_vnni',
  'avx512_bf16',
  'avx512_fp16',
  'amx_bf16',
  'amx_int8',
  'asimd',
  'asimddp',
  'bf16',
  'sve',
];

async function output(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(program, args, { timeout: 5000 })).stdout;
  } catch {
    return '';
  }
}

/**
 * Instruction sets out of `/proc/cpuinfo`, where x86 calls them `flags` and ARM `Features`, or out of macOS's `sysctl`.
 * @returns those that matter
 */
export function featuresOf(text: string): string[] {
  const words = new Set(
    [...text.matchAll(/^(?:flags|Features)\s*:(.*)$|^hw\.optional\.(?:arm\.FEAT_)?(\w+): 1$/gm)].flatMap(
      ([, list = '', one = '']) => [...list.trim().split(/\s+/), one.toLowerCase().replace(/_0$/, '')],
    ),
  );
  return wanted.filter((name) => words.has(name));
}

/** Lines of `nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader`. */
export function gpusOf(text: string): Gpu[] {
  return text
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .flatMap(([name, memory, driver]) => (name && memory && driver ? [{ name, memory, driver }] : []));
}

/** A container's limit where there is one; without a limit Node gives 0 or a number beyond any memory. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Looks at this computer. Nothing is loaded, and what does not answer is left out. */
export async function lookAtMachine(): Promise<Machine> {
  const cpuText =
    platform() === 'darwin'
      ? await output('sysctl', ['hw.optional'])
      : await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const memoryText = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(memoryText)?.[1];
  const gpus = await output('nvidia-smi', [
    '--query-gpu=name,memory.total,driver_version',
    '--format=csv,noheader',
  ]);
  return {
    system: `${platform()} ${arch()}, ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    processors: cpus().length,
    threads: availableParallelism(),
    features: featuresOf(cpuText),
    memoryBytes: memoryBytes(),
    availableBytes: Math.min(memoryBytes(), available === undefined ? freemem() : Number(available) * 1024),
    gpus: gpusOf(gpus),
  };
}
