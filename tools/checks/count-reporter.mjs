import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Jest reporter: leaves one package's counts where `.ci/run` sums them, when BERTUNE_COUNTS names a folder. */
export default class CountReporter {
  onRunComplete(contexts, results) {
    const folder = process.env.BERTUNE_COUNTS;
    if (!folder) return;
    const root = [...contexts][0]?.config.rootDir ?? process.cwd();
    const file = join(folder, `${root.replaceAll(/[\\/:]/g, '_')}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      JSON.stringify({
        passed: results.numPassedTests,
        failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
        skipped: results.numPendingTests + results.numTodoTests,
      }),
    );
  }
}
