/**
 * Runs what the README tells somebody who has just cloned this: its first command, with options that make it short, then
 * the command that its last line recommends. The other command, the tests, is a step of `.ci/run` already. Needs
 * nothing installed, so that on a clean checkout the first command has to do that, as for the reader.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (name) => readFileSync(join(root, name), 'utf8');

/** Commands of the first fence of shell in a Markdown text, without their comments. */
function startCommands(markdown) {
  const fence = /^```sh\n([^]*?)^```/m.exec(markdown)?.[1] ?? '';
  return fence
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

function fail(message, output = '') {
  process.stderr.write(`${output}\nREADME.md, the commands to start with: ${message}\n`);
  process.exit(1);
}

/** Runs a command line as it is written, with further arguments. @returns its standard output */
function run(line, ...more) {
  const [program, ...words] = line.split(/\s+/);
  const child = spawnSync(program, [...words, ...more], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32', // npx is a script there
  });
  const { status, stdout, stderr, error } = child;
  if (status !== 0) {
    fail(`"${line}" ended with ${error?.message ?? status}`, `${stdout}\n${stderr}`);
  }
  return stdout;
}

/** @param lines that the output must have, each a pattern */
function expectLines(output, ...lines) {
  for (const line of lines) if (!line.test(output)) fail(`expected a line like ${line}`, output);
}

const [train, test, ...others] = startCommands(read('README.md'));
if (!train?.endsWith(' train') || !test?.endsWith(' test') || others.length > 0) {
  fail(`expected one that trains and one that tests, found ${JSON.stringify([train, test, ...others])}`);
}
if (!read('.ci/run').includes(`\nstep tests ${test}\n`)) fail(`expected .ci/run to have the step "${test}"`);

const folder = mkdtempSync(join(tmpdir(), 'bertune-start-'));
try {
  const model = join(folder, 'run');
  const short = ['--max-steps', '2', '--batch-size', '8', '--max-length', '16'];
  const report = run(train, ...short, '--output', model);
  expectLines(report, /^test accuracy: 0\.\d+ \(95 % interval .*, \d{3} examples\)$/m, /^saved: .*run$/m);
  for (const name of ['config.json', 'model.safetensors', 'vocab.txt', 'run.json', 'report.html']) {
    if (!existsSync(join(model, name))) fail(`"${train}" left no ${name} in its --output`, report);
  }
  // `pnpm` where it is on the machine; the README says that npx does without.
  const use = /^use it: pnpm (sentiment predict --model \S+) "(.*)"$/m.exec(report);
  if (!use) fail('expected a last line that says how to use the model', report);
  expectLines(run(`npx --prefer-offline pnpm@10 --silent ${use[1]}`, use[2]), /^(positive|negative)\b.*/m);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
