import { renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { BenchError } from './errors.js';
import { busyWarning, describeMachine } from './machine.js';
import { findPeer } from './peer.js';
import { benchmarks } from './registry.js';
import { formatReport, type Report } from './report.js';
import { OPTIONS, parseSettings, type Settings } from './settings.js';

/** The world around a run; tests give their own. */
export interface Io {
  /** figures */
  readonly out: (line: string) => void;
  /** progress, notes, errors */
  readonly err: (line: string) => void;
  /** `PEER_PYTHON` is looked up here */
  readonly env: NodeJS.ProcessEnv;
  /** folder that relative paths start from */
  readonly cwd: string;
}

/**
 * Runs one benchmark.
 * @param argv arguments after the program's name: `['train-step', '--json', 'figures.json']`
 * @returns exit code: 0 done, whatever the figures are; 1 failed; 2 wrong usage
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const settings = parseSettings(argv);
    if (!settings) {
      for (const line of helpLines()) io.out(line);
      return 0;
    }
    await run(settings, argv, io);
    return 0;
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    io.err(`error: ${error.message}`);
    if (error.code !== 'usage') return 1;
    io.err(`benchmarks: ${Object.keys(benchmarks).join(', ')}; pnpm bench --help lists the options`);
    return 2;
  }
}

async function run(settings: Settings, argv: readonly string[], io: Io): Promise<void> {
  const { name, json, smoke, rounds } = settings;
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (!benchmark) {
    throw new BenchError('usage', name === '' ? 'which benchmark?' : `there is no benchmark called ${name}`);
  }
  const date = new Date().toISOString();
  const machine = describeMachine();
  const search = benchmark.needsPeer(settings)
    ? await findPeer(io.env, benchmark.peerPackages)
    : { peer: undefined, missing: undefined };
  const warning = smoke ? undefined : busyWarning(machine);
  if (warning) io.err(warning);
  const missing = 'missing' in search ? search.missing : undefined;
  if (missing !== undefined) io.err(missing.replace('NAME', name));
  const {
    rows,
    engines,
    versions,
    skipped = false,
  } = await benchmark.run({
    settings,
    peer: search.peer,
    env: io.env,
    say: io.err,
  });
  if (rows.length === 0 && !skipped) {
    throw new BenchError('usage', `no case of ${name} has ${settings.only ?? ''} in its name`);
  }
  const report: Report = {
    benchmark: name,
    date,
    command: `pnpm bench ${argv.join(' ')}`,
    smoke,
    rounds,
    machine,
    engines,
    versions: { node: process.versions.node, ...search.peer?.versions, ...versions },
    rows,
  };
  for (const line of formatReport(report)) io.out(line);
  if (json !== undefined) writeReport(resolve(io.cwd, json), report, io);
}

function writeReport(file: string, report: Report, io: Io): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(report, null, 2)}\n`);
  renameSync(`${file}.part`, file);
  io.err(`written: ${file}`);
}

function helpLines(): string[] {
  const options = OPTIONS.map(
    ([name, value, help]) => [`--${name}${value ? ` ${value}` : ''}`, help] as const,
  );
  return [
    'pnpm bench NAME [options]',
    '',
    ...Object.entries(benchmarks).map(([name, { summary }]) => `  ${name.padEnd(12)}  ${summary}`),
    '',
    ...options.map(([option, help]) => `  ${option.padEnd(34)}  ${help}`),
    '',
    'PEER_PYTHON names a Python with torch, transformers and tokenizers; without it that side is not measured.',
  ];
}
