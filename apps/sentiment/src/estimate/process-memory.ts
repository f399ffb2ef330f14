import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** Memory of this process, in bytes. */
export interface ProcessMemory {
  /** Resident now. */
  readonly resident: number;
  /** Most that was resident so far. */
  readonly peak: number;
  /** What it can still have, limits of its container included. */
  readonly available: number;
}

/** Asks the system. */
export function processMemory(): ProcessMemory {
  return {
    resident: process.memoryUsage.rss(),
    peak: peakMemory(),
    // Node 20.13 and later; before that only what nobody uses, without caches that the system would give up.
    available: (process as { availableMemory?: () => number }).availableMemory?.() ?? freemem(),
  };
}

/** On Linux the kernel's own mark: `maxRSS` counts what the parent held before this program was started. */
function peakMemory(): number {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // another system
  }
  return process.resourceUsage().maxRSS * 1024;
}
