import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { compareOutput, expectedLines, type ExpectedLine } from './expected-output.js';
import { parseMarkdown, type Fence } from './markdown.js';
import type { Problem } from './problem.js';

/** Pages that belong to no package run here: the app depends on all of them. */
const DEFAULT_OWNER = 'apps/sentiment';
const SCRATCH = `.docs-check-${process.pid}`;
const SECONDS = 180;
const AT_ONCE = 2;

interface Example {
  /** page, as a path from the root */
  readonly page: string;
  /** one fence, with those that continue it */
  readonly fences: readonly Fence[];
  /** folder of the package it runs in, absolute */
  readonly owner: string;
  /** the TypeScript file made of it; its line numbers are the page's */
  readonly source: string;
}

/** How many examples were looked at, and what is wrong with them. */
export interface ExamplesResult {
  readonly run: number;
  readonly notRun: number;
  readonly problems: readonly Problem[];
}

/**
 * Type-checks and runs every `ts` fence of the pages, each as an ES module of its own inside the package that owns the
 * page, and compares what it prints with the comments behind its `console.log` statements, or with the `text` fence
 * that follows. A `ts continues` fence belongs to the program of the one before it; `ts no-run` is type-checked only.
 * Packages must be built.
 * @param pages Markdown files, as paths from `root`
 */
export async function checkExamples(root: string, pages: readonly string[]): Promise<ExamplesResult> {
  const examples = pages.flatMap((page) => examplesOf(root, page));
  try {
    for (const example of examples) {
      mkdirSync(dirname(example.source), { recursive: true });
      writeFileSync(example.source, program(example.fences));
    }
    const problems = typeProblems(root, examples);
    const runnable = examples.filter(({ fences }) => !fences[0].flags.includes('no-run'));
    const queue = [...runnable];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) problems.push(...(await runExample(next)));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return { run: runnable.length, notRun: examples.length - runnable.length, problems };
  } finally {
    for (const { owner } of examples) rmSync(join(owner, SCRATCH), { recursive: true, force: true });
  }
}

function examplesOf(root: string, page: string): Example[] {
  const nested = page.split('/').slice(0, 2).join('/');
  const owner = join(root, existsSync(join(root, nested, 'package.json')) ? nested : DEFAULT_OWNER);
  const programs: Fence[][] = [];
  for (const fence of parseMarkdown(readFileSync(join(root, page), 'utf8')).fences) {
    if (fence.language !== 'ts') continue;
    const before = programs.at(-1);
    if (fence.flags.includes('continues') && before) before.push(fence);
    else programs.push([fence]);
  }
  return programs.map((fences) => ({
    page,
    fences,
    owner,
    source: join(owner, SCRATCH, `${page.replaceAll(/\W+/g, '-')}-line-${fences[0].line}.ts`),
  }));
}

/** The code of the fences, each line where it stands on the page, so that line numbers agree. */
function program(fences: readonly Fence[]): string {
  const lines: string[] = [];
  for (const { line, code } of fences) {
    while (lines.length < line) lines.push('');
    lines.push(...code.split('\n'));
  }
  return `${lines.join('\n')}\n`;
}

function typeProblems(root: string, examples: readonly Example[]): Problem[] {
  const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(base.config, ts.sys, root);
  const compiled = ts.createProgram(
    examples.map(({ source }) => source),
    {
      ...options,
      composite: false,
      declaration: false,
      declarationMap: false,
      noEmit: true,
      noUnusedLocals: false,
      moduleDetection: ts.ModuleDetectionKind.Force,
    },
  );
  return examples.flatMap(({ page, source }) => {
    const file = compiled.getSourceFile(source);
    if (!file) return [{ file: page, message: `the compiler did not read ${source}` }];
    return [...compiled.getSyntacticDiagnostics(file), ...compiled.getSemanticDiagnostics(file)].map(
      (diagnostic) => ({
        file: page,
        line: file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1,
        message: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '),
      }),
    );
  });
}

async function runExample({ page, fences, owner, source }: Example): Promise<Problem[]> {
  const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), {
    fileName: source,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      inlineSourceMap: true,
    },
  });
  const module = source.replace(/\.ts$/, '.mjs');
  writeFileSync(module, outputText);
  const { stdout, failure } = await runNode(module, owner);
  if (failure !== undefined)
    return [{ file: page, line: fences[0].line, message: `the example failed: ${failure}` }];
  const difference = compareOutput(stdout, fences.flatMap(expectedOf));
  return difference
    ? [{ file: page, line: difference.line ?? fences[0].line, message: difference.message }]
    : [];
}

function expectedOf(fence: Fence): ExpectedLine[] {
  if (fence.output !== undefined) {
    const below = fence.line + fence.code.split('\n').length;
    return fence.output.split('\n').map((text) => ({ line: below, text: text.trim() }));
  }
  return expectedLines(fence.code).map(({ line, text }) => ({ line: fence.line + line, text }));
}

function runNode(module: string, cwd: string): Promise<{ stdout: string; failure: string | undefined }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--enable-source-maps', module],
      { cwd, timeout: SECONDS * 1000, maxBuffer: 1 << 24, env: { ...process.env, NO_COLOR: '1' } },
      (error, stdout, stderr) => {
        if (!error) resolve({ stdout, failure: undefined });
        else if (error.killed) resolve({ stdout, failure: `not done after ${SECONDS} s` });
        else resolve({ stdout, failure: `exit ${String(error.code)}\n${stderr.trim()}` });
      },
    );
  });
}
