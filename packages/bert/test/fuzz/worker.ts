import { parentPort, workerData } from 'node:worker_threads';

import { watchAllocations } from './allocations.js';
import { drawFrom, seedOf } from './random.js';
import { TARGETS } from './targets/index.js';
import type { Target } from './target.js';
import { PLANTED } from './targets/planted.js';
import { type Fault, tryInput } from './try-input.js';

/** What a worker is told to do: the inputs `first`, `first + step`, … below `count`, of all targets in turn. */
export interface Work {
  readonly seed: number;
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly targets: readonly string[];
  /** the input that is being read, and by which of the targets, for the watchdog */
  readonly current: Int32Array;
}

/** What a worker says at its end, or when a reader is wrong. */
export interface Report {
  /** answers by target and error code */
  readonly answers: ReadonlyMap<string, number>;
  /** milliseconds of the slowest input, and which it was */
  readonly slowest: { readonly index: number; readonly milliseconds: number };
  readonly found: { readonly index: number; readonly target: string; readonly fault: Fault } | undefined;
}

/** Whose turn it is, by its place in the list: the next one's where a slow reader leaves out the round. */
function turn(targets: readonly Target[], index: number): number {
  const round = Math.floor(index / targets.length);
  const own = index % targets.length;
  return round % (targets[own]?.every ?? 1) === 0 ? own : (own + 1) % targets.length;
}

async function work({ seed, first, step, count, targets: names, current }: Work): Promise<Report> {
  const targets = [...TARGETS, ...PLANTED].filter(({ name }) => names.includes(name));
  targets.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
  const answers = new Map<string, number>();
  let slowest = { index: -1, milliseconds: 0 };
  for (let index = first; index < count; index += step) {
    const place = turn(targets, index);
    const target = targets[place];
    if (target === undefined) throw new Error(`no targets ${names.join(', ')}`);
    Atomics.store(current, 0, index);
    Atomics.store(current, 1, place);
    const input = target.input(drawFrom(seedOf(seed, index)));
    const begin = performance.now();
    const answer = await tryInput(target, input);
    const milliseconds = performance.now() - begin;
    if (milliseconds > slowest.milliseconds) slowest = { index, milliseconds };
    if (typeof answer !== 'string') {
      return { answers, slowest, found: { index, target: target.name, fault: answer } };
    }
    const key = `${target.name} ${answer}`;
    answers.set(key, (answers.get(key) ?? 0) + 1);
  }
  return { answers, slowest, found: undefined };
}

watchAllocations();
parentPort?.postMessage(await work(workerData as Work));
