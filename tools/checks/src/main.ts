/** `node tools/checks/dist/main.js docs|changeset|files`: prints problems as `file:line: message`; exit 1 if any. */
import { fileURLToPath } from 'node:url';
import { checkChangesets } from './changesets.js';
import { checkExamples } from './examples.js';
import { checkLinks } from './links.js';
import { formatProblem, type Problem } from './problem.js';
import { repositoryFiles } from './repository.js';
import { checkTrackedFiles } from './tracked-files.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const CHECKS: Readonly<Record<string, () => Promise<readonly Problem[]> | readonly Problem[]>> = {
  async docs() {
    const pages = repositoryFiles(
      root,
      '*.md',
      ':!tools/testkit/golden',
      ':!packages/*/etc/*',
      ':!*CHANGELOG.md',
    );
    const { run, notRun, problems } = await checkExamples(root, pages);
    console.log(`${pages.length} pages, ${run} examples run, ${notRun} only type-checked`);
    return [...checkLinks(root, pages), ...problems];
  },
  changeset: () => checkChangesets(root),
  files: () => checkTrackedFiles(root, repositoryFiles(root)),
};

async function main(name: string): Promise<number> {
  if (!(name in CHECKS)) {
    console.error(`usage: node tools/checks/dist/main.js ${Object.keys(CHECKS).join('|')}`);
    return 2;
  }
  const problems = await CHECKS[name]();
  for (const problem of problems) console.error(formatProblem(problem));
  console.log(
    problems.length === 0 ? `${name}: nothing to complain about` : `${name}: ${problems.length} problem(s)`,
  );
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv[2] ?? '');
