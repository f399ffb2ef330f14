import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import type { Report, Work } from './worker.js';

/** Seconds that one input may take; most take less than a millisecond, on a machine that does nothing else. */
const LONGEST = 20;

/** Megabytes of JavaScript's own memory that a worker may take. */
const LARGEST_HEAP = 256;

const MILLION = 1_000_000;

/** Names of the readers, and of those that are wrong on purpose. */
export interface Names {
  readonly READERS: readonly string[];
  readonly WRONG_READERS: readonly string[];
}

/** What was asked for. */
interface Options {
  readonly count: number;
  readonly seed: number;
  readonly workers: number;
  readonly at: number | undefined;
  /** seconds that one input may take */
  readonly longest: number;
  readonly targets: readonly string[];
}

const USAGE =
  'test:fuzz [--count N] [--seed N] [--workers N] [--target NAME,NAME] [--at INDEX] [--longest SECONDS]';

function parse(argv: readonly string[], names: Names): Options | string {
  const values = new Map<string, string>();
  const words = argv.filter((word) => word !== '--');
  for (let at = 0; at < words.length; at += 2) values.set(words[at], words[at + 1] ?? '');
  const number = (name: string, otherwise: number): number => Number(values.get(name) ?? otherwise);
  const options = {
    count: number('--count', MILLION),
    seed: number('--seed', Math.floor(Date.now() / 86_400_000)),
    workers: number('--workers', availableParallelism()),
    at: values.has('--at') ? number('--at', 0) : undefined,
    longest: number('--longest', LONGEST),
    targets: values.get('--target')?.split(',') ?? names.READERS,
  };
  const known = ['--count', '--seed', '--workers', '--at', '--longest', '--target'];
  const wrong = [...values.keys()].find((name) => !known.includes(name));
  if (wrong !== undefined) return `${wrong}: no such option. ${USAGE}`;
  const numbers = [options.count, options.seed, options.workers, options.longest, options.at ?? 0];
  if (!numbers.every((value) => Number.isSafeInteger(value) && value >= 0))
    return `expected whole numbers. ${USAGE}`;
  const readers = [...names.READERS, ...names.WRONG_READERS];
  const unknown = options.targets.find((name) => !readers.includes(name));
  return unknown === undefined ? options : `${unknown}: no such target; there are ${readers.join(', ')}`;
}

/** Ends with the worker's report, or with a fault when it dies, or is stuck with one input. */
function watch(
  script: URL,
  work: Work,
  longest: number,
): { readonly report: Promise<Report>; stop(): Promise<unknown> } {
  const worker = new Worker(script, {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP },
  });
  const report = new Promise<Report>((resolve) => {
    const fail = (what: string, detail: string): void => {
      const index = Atomics.load(work.current, 0);
      const target = work.targets[Atomics.load(work.current, 1)] ?? '';
      const slowest = { index, milliseconds: 0 };
      resolve({ answers: new Map(), slowest, found: { index, target, fault: { what, detail } } });
    };
    let last = -1;
    let since = performance.now();
    const watchdog = setInterval(() => {
      const index = Atomics.load(work.current, 0);
      if (index !== last) {
        last = index;
        since = performance.now();
      } else if (performance.now() - since > 1000 * longest) {
        fail('hang', `no end after ${longest} s`);
      }
    }, 250);
    worker.on('message', (message: Report) => resolve(message));
    worker.on('error', (error) => fail('crash', error.stack ?? error.message));
    worker.on('exit', () => {
      clearInterval(watchdog);
      fail('crash', 'the thread ended by itself');
    });
  });
  return { report, stop: () => worker.terminate() };
}

/**
 * Tries every reader with wrong inputs.
 * @returns exit code: 0 every input was read or refused with a typed error, 1 one was not, 2 wrong usage
 */
export async function main(
  argv: readonly string[],
  script: URL,
  names: Names,
  print: (line: string) => void,
): Promise<number> {
  const options = parse(argv, names);
  if (typeof options === 'string') {
    print(options);
    return 2;
  }
  const { count, seed, targets, at, longest } = options;
  const step = at === undefined ? Math.max(options.workers, 1) : 1;
  print(`${at === undefined ? count : 1} inputs, seed ${seed}, ${step} threads: ${targets.join(', ')}`);
  const begin = performance.now();
  const threads = Array.from({ length: step }, (_, i) => {
    const first = at ?? i;
    const end = at === undefined ? count : at + 1;
    const current = new Int32Array(new SharedArrayBuffer(8));
    return watch(script, { seed, targets, first, step, count: end, current }, longest);
  });
  const firstFault = new Promise<void>((resolve) => {
    for (const { report } of threads) void report.then(({ found }) => found && resolve());
  });
  await Promise.race([firstFault, Promise.all(threads.map(({ report }) => report))]);
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  const pending = Symbol('pending');
  const reports: Report[] = [];
  for (const { report } of threads) {
    const settled = await Promise.race([report, Promise.resolve(pending)]);
    if (typeof settled !== 'symbol') reports.push(settled);
  }
  await Promise.all(threads.map((thread) => thread.stop()));
  return summarize(reports, { ...options, seconds }, print);
}

function summarize(
  reports: readonly Report[],
  { count, seed, targets, at, seconds }: Options & { readonly seconds: string },
  print: (line: string) => void,
): number {
  const found = reports.find((report) => report.found !== undefined)?.found;
  if (found !== undefined) {
    print(`${found.target}, input ${found.index}: ${found.fault.what}: ${found.fault.detail}`);
    const list = targets.join(',');
    print(`again with: pnpm test:fuzz --seed ${seed} --target ${list} --at ${found.index}`);
    return 1;
  }
  const answers = new Map<string, number>();
  for (const report of reports) {
    for (const [answer, times] of report.answers) answers.set(answer, (answers.get(answer) ?? 0) + times);
  }
  for (const [answer, times] of [...answers].sort()) print(`  ${answer} ${times}`);
  const slowest = reports.map((report) => report.slowest).sort((a, b) => b.milliseconds - a.milliseconds)[0];
  print(`slowest: input ${slowest?.index ?? 0}, ${(slowest?.milliseconds ?? 0).toFixed(0)} ms`);
  print(`${at === undefined ? count : 1} inputs, ${seconds} s: all read or refused with a typed error`);
  return 0;
}
