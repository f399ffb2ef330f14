import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type OptionTable, optionName } from '../option-kinds.js';
import type { EpochFigures } from './objective.js';
import type { Parameters } from './search-space.js';

const launcher = fileURLToPath(new URL('../../scripts/launch.mjs', import.meta.url));

/** Milliseconds between two looks at the figures of a trial. */
const interval = 100;

/** Bytes kept of what a trial has said, for the message when it fails. */
const lastWords = 4000;

/** How a training ended. */
export interface TrialOutcome {
  /** Ended by itself, by the caller's decision, by the signal, or by an error. */
  readonly ended: 'done' | 'stopped' | 'aborted' | 'failed';
  /** Figures of its epochs. */
  readonly epochs: readonly EpochFigures[];
  /** Why it failed. */
  readonly message?: string;
  /** Of the process, where it ended by itself. */
  readonly code?: number | null;
}

/** One `sentiment train` in a process of its own. */
export interface TrialJob {
  /** Options, as `argumentsOf` writes them. */
  readonly argv: readonly string[];
  /** Folder of the training. */
  readonly output: string;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Called after each epoch; what it returns after the last one does not count. @returns whether it goes on */
  readonly onEpoch: (epoch: number, figures: EpochFigures) => boolean;
}

/** Command line of option values: those that are not the default. */
export function argumentsOf(options: OptionTable, values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([key, option]) => {
    const value = values[key];
    if (value === undefined || value === false || value === option.default) return [];
    return value === true ? [`--${optionName(key)}`] : [`--${optionName(key)}=${written(value)}`];
  });
}

function written(value: unknown): string {
  if (value instanceof Map) return [...value].map(([name, weight]) => `${name}=${weight}`).join(',');
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** The same of what a trial was given. */
export function argumentsOfParameters(parameters: Parameters): string[] {
  return Object.entries(parameters).map(([name, value]) => `--${name}=${value}`);
}

/** A process of this program that lives no longer than this one. */
function launch(
  argv: readonly string[],
  cwd: string,
): { readonly child: ReturnType<typeof spawn>; readonly ended: Promise<number | null> } {
  const child = spawn(process.execPath, [launcher, ...argv], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // the channel tells the child when this process is gone
    env: { ...process.env, INIT_CWD: cwd, BERTUNE_NO_BUILD: '1', BERTUNE_PARENT: '1' },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { child, ended };
}

/**
 * Trains in a process of its own and follows the figures that it logs. The process is ended at once when its figures are
 * known: nothing is saved.
 */
export async function runTrial({ argv, output, cwd, signal, onEpoch }: TrialJob): Promise<TrialOutcome> {
  const { child, ended } = launch(['train', ...argv, '--output', output, '--log', 'jsonl'], cwd);
  let words = '';
  child.stdout?.resume();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-lastWords);
  });
  const epochs: EpochFigures[] = [];
  const log = new LineReader(join(output, 'log.jsonl'));
  let lastEpoch = Infinity;
  let decision: 'done' | 'stopped' | 'aborted' | undefined;
  const look = async (): Promise<void> => {
    if (signal.aborted) decision ??= 'aborted';
    for (const line of await log.newLines()) {
      const entry = JSON.parse(line) as Record<string, unknown> & { readonly event: string };
      if (entry.event === 'begin' && typeof entry.epochs === 'number') lastEpoch = entry.epochs;
      if (entry.event === 'end') decision ??= 'done';
      if (entry.event !== 'epoch' || decision) continue;
      const figures = validFigures(entry);
      epochs.push(figures);
      const goesOn = onEpoch(epochs.length, figures);
      if (epochs.length >= lastEpoch) decision = 'done';
      else if (!goesOn) decision = 'stopped';
    }
    if (decision) child.kill('SIGKILL');
  };
  let isOver = false;
  let code: number | null = null;
  const over = ended.then((status) => {
    isOver = true;
    code = status;
  });
  try {
    while (!isOver && !decision) {
      await Promise.race([over, new Promise((resolve) => setTimeout(resolve, interval))]);
      await look();
    }
  } finally {
    child.kill('SIGKILL');
    await over;
  }
  if (!decision) await look(); // what it wrote last
  if (decision) return { ended: decision, epochs };
  return { ended: 'failed', epochs, code, message: lastMessage(words) };
}

/** Trains in a process of its own to the end, with what it says passed on. @returns exit code */
export async function trainWhole(
  argv: readonly string[],
  cwd: string,
  signal: AbortSignal,
  sinks: { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void },
): Promise<number> {
  const { child, ended } = launch(['train', ...argv], cwd);
  child.stdout?.setEncoding('utf8').on('data', sinks.stdout);
  child.stderr?.setEncoding('utf8').on('data', sinks.stderr);
  const interrupt = (): void => void child.kill('SIGINT'); // it saves what it has
  signal.addEventListener('abort', interrupt);
  try {
    return (await ended) ?? 1;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

function validFigures(entry: Readonly<Record<string, unknown>>): EpochFigures {
  return Object.fromEntries(
    Object.entries(entry)
      .filter(([name]) => name.startsWith('val_'))
      .map(([name, value]) => [name.slice('val_'.length), value as number | null]),
  );
}

/** The error of a process, or the end of what it said. */
function lastMessage(words: string): string {
  const at = words.lastIndexOf('error: ');
  return (
    at < 0 ? words.trimEnd().split('\n').slice(-3).join(' ') : words.slice(at + 'error: '.length)
  ).trim();
}

/** Reads a file that grows, whole lines at a time. */
class LineReader {
  private offset = 0;
  private rest = '';

  constructor(private readonly file: string) {}

  async newLines(): Promise<string[]> {
    const handle = await open(this.file).catch(() => undefined);
    if (!handle) return [];
    try {
      const { size } = await handle.stat();
      const { buffer, bytesRead } = await handle.read({
        buffer: Buffer.alloc(Math.max(0, size - this.offset)),
        position: this.offset,
      });
      this.offset += bytesRead;
      const lines = (this.rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
      this.rest = lines.pop() ?? '';
      return lines;
    } finally {
      await handle.close();
    }
  }
}
