import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  /** as the processor calls itself */
  readonly cpu: string;
  /** that this process may use */
  readonly cores: number;
  /** gigabytes */
  readonly memoryGb: number;
  /** kernel and release */
  readonly system: string;
  /** processes that were running or waiting in the minute before */
  readonly load: number;
}

/** Describes this machine. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e8) / 10,
    system: `${platform()} ${release()}`,
    load: Math.round(loadavg()[0] * 100) / 100,
  };
}

/** A warning when something else seems to be running, whose share of the processor would be counted as ours or the peer's. */
export function busyWarning({ load, cores }: Machine): string | undefined {
  if (load <= cores / 4) return undefined;
  return `warning: the load is ${load} on ${cores} cores; figures mean something only while no other job runs`;
}
