import { readFileSync } from 'node:fs';

const MEGABYTE = 1e6;

/**
 * Most resident memory that a process has had so far, in megabytes. On Linux the kernel's own mark (`VmHWM`), which,
 * unlike `ru_maxrss`, does not count what the parent held before `exec`.
 * @returns undefined where the process is gone or the system does not say
 */
export function peakMemoryOf(pid: number | 'self'): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / MEGABYTE;
  } catch {
    return undefined;
  }
}

/** Resident memory of this process now, in megabytes. */
export function presentMemory(): number {
  return process.memoryUsage.rss() / MEGABYTE;
}

/** Most resident memory that this process has had so far, in megabytes, on every system. */
export function ownPeakMemory(): number {
  return peakMemoryOf('self') ?? (process.resourceUsage().maxRSS * 1024) / MEGABYTE;
}
