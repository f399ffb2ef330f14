import { parseArgs } from 'node:util';

import { BenchError } from './errors.js';
import type { BackendName } from './work/requests.js';

/** What the command line says, defaults filled in. */
export interface Settings {
  /** benchmark to run */
  readonly name: string;
  /** file for the report */
  readonly json: string | undefined;
  /** times each side is run */
  readonly rounds: number;
  /** tiny sizes: everything is exercised, the figures mean nothing */
  readonly smoke: boolean;
  /** what ours computes with */
  readonly backend: BackendName;
  /** timed steps of each process; undefined: what the benchmark takes */
  readonly steps: number | undefined;
  /** only cases whose name contains this */
  readonly only: string | undefined;
  /** `finetune`: folder to start from; `tokenizer`: its vocabulary; undefined: one made here */
  readonly model: string | undefined;
  /** `finetune`; undefined: what suits the data */
  readonly epochs: number | undefined;
  /** `finetune`; undefined: what suits the model */
  readonly learningRate: number | undefined;
  /** `finetune` */
  readonly batchSize: number;
  /** `memory`: gigabytes that the largest batch must fit into */
  readonly limitGb: number;
  /** `transfer`: file with the runs that are done */
  readonly runs: string | undefined;
  /** `transfer`: no further run is started after as many */
  readonly minutes: number | undefined;
  /** `transfer`: file for the picture */
  readonly plot: string | undefined;
  /** XLA on ours */
  readonly jitCompile: boolean;
}

/** Of the command line: name, what stands for the value, meaning. */
export const OPTIONS = [
  ['json', 'FILE', 'write the report there as well'],
  ['rounds', 'N', 'times each side is run, alternately (3)'],
  ['backend', 'tensorflow|wasm|cpu', 'what ours computes with (tensorflow)'],
  ['steps', 'N', 'timed steps of each process'],
  ['only', 'TEXT', 'only the cases whose name contains it, such as "L12"'],
  [
    'model',
    'DIR',
    'finetune: where both sides start (a small model made for the occasion); tokenizer: its files; transfer: one more start',
  ],
  ['epochs', 'N', 'finetune (3; 2 for SST-2)'],
  ['learning-rate', 'N', 'finetune (5e-5 with --model, else 3e-4; 1e-4 for SST-2)'],
  ['batch-size', 'N', 'finetune (32)'],
  ['limit-gb', 'N', 'memory: what the largest batch must fit into (8)'],
  ['runs', 'FILE', 'transfer: where runs are kept that are done; the same command goes on with the others'],
  ['minutes', 'N', 'transfer: start no further run after so many'],
  ['plot', 'FILE', 'transfer: draw the figures there, as SVG'],
  ['jit-compile', '', 'XLA on ours'],
  ['smoke', '', 'tiny sizes, one round: shows that it runs; its figures mean nothing'],
  ['help', '', 'show this'],
] as const;

const BACKENDS: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu'];

/**
 * Reads the command line. Smoke runs take one round on wasm unless told otherwise.
 * @returns undefined when help was asked for
 * @throws BenchError `usage`
 */
export function parseSettings(argv: readonly string[]): Settings | undefined {
  const { values, positionals } = parse(argv);
  if (values.help) return undefined;
  if (positionals.length > 1) throw usage(`one benchmark at a time, found ${positionals.join(' ')}`);
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const smoke = values.smoke === true;
  const backend = BACKENDS.find((each) => each === (text('backend') ?? (smoke ? 'wasm' : 'tensorflow')));
  if (!backend)
    throw usage(`--backend must be one of ${BACKENDS.join(', ')}, found ${text('backend') ?? ''}`);
  return {
    name: positionals[0] ?? '',
    json: text('json'),
    rounds: count('rounds', text('rounds')) ?? (smoke ? 1 : 3),
    smoke,
    backend,
    steps: count('steps', text('steps')),
    only: text('only'),
    model: text('model'),
    epochs: count('epochs', text('epochs')) ?? (smoke ? 1 : undefined),
    learningRate: positive('learning-rate', text('learning-rate')),
    batchSize: count('batch-size', text('batch-size')) ?? (smoke ? 8 : 32),
    limitGb: positive('limit-gb', text('limit-gb')) ?? 8,
    runs: text('runs'),
    minutes: positive('minutes', text('minutes')),
    plot: text('plot'),
    jitCompile: values['jit-compile'] === true,
  };
}

function parse(argv: readonly string[]): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: Object.fromEntries(
        OPTIONS.map(([name, value]) => [name, { type: value === '' ? 'boolean' : 'string' } as const]),
      ),
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function count(name: string, text: string | undefined): number | undefined {
  const value = positive(name, text);
  if (value !== undefined && !Number.isInteger(value))
    throw usage(`--${name} must be a whole number, found ${value}`);
  return value;
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw usage(`--${name} must be a number above 0, found ${text}`);
  return value;
}

function usage(what: string): BenchError {
  return new BenchError('usage', what);
}
