import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Jest reporter: leaves one run's counts in the folder that BERTUNE_COUNTS names, where `.ci/run` sums them, with the
 * names of the tests that failed and of those that were skipped (a skipped group's name says why).
 */
export default class CountReporter {
  onRunComplete(contexts, results) {
    const folder = process.env.BERTUNE_COUNTS;
    if (!folder) return;
    const root = [...contexts][0]?.config.rootDir ?? process.cwd();
    const tests = results.testResults.flatMap((suite) => suite.testResults);
    const names = (statuses) =>
      tests.filter(({ status }) => statuses.includes(status)).map((test) => test.fullName);
    const crashed = results.testResults.filter(
      (suite) => suite.testExecError !== undefined && suite.testExecError !== null,
    );
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, `${root.replaceAll(/[\\/:]/g, '_')}-${process.pid}.json`),
      JSON.stringify({
        package: basename(root),
        passed: results.numPassedTests,
        failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
        skipped: results.numPendingTests + results.numTodoTests,
        failures: [...names(['failed']), ...crashed.map((suite) => `${suite.testFilePath} did not run`)],
        skips: groups(
          tests.filter(({ status }) => ['pending', 'skipped', 'disabled', 'todo'].includes(status)),
        ),
      }),
    );
  }
}

/** Skipped tests by the outermost group whose name gives a reason in brackets, else by full name, each with its count. */
function groups(tests) {
  const counts = {};
  for (const { ancestorTitles, fullName } of tests) {
    const group = ancestorTitles.find((title) => /\(.*\)/.test(title)) ?? fullName;
    counts[group] = (counts[group] ?? 0) + 1;
  }
  return counts;
}
