/**
 * Last step of `.ci/run`: `node sum-counts.mjs FOLDER STEPS_PASSED STEPS_FAILED` adds what the packages' test runs left
 * in FOLDER to the steps' own results, says what failed and what was skipped, and ends with the one line of totals.
 * The steps count as one test each; exit 1 if anything failed.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [folder, stepsPassed, stepsFailed] = process.argv.slice(2);
const runs = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const sum = (field) => runs.reduce((total, run) => total + run[field], 0);

for (const run of runs) {
  for (const name of run.failures) console.log(`failed: ${run.package}: ${name}`);
}
for (const run of runs) {
  for (const [name, count] of Object.entries(run.skips)) {
    console.log(`skipped: ${run.package}: ${name}${count > 1 ? ` (${count} tests)` : ''}`);
  }
}
const failed = sum('failed') + Number(stepsFailed);
console.log(`${sum('passed') + Number(stepsPassed)} passed, ${failed} failed, ${sum('skipped')} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
