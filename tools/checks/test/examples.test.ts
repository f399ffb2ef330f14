import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkExamples } from '../src/examples.js';
import { compareOutput, expectedLines } from '../src/expected-output.js';
import { formatProblem } from '../src/problem.js';
import { Scratch } from './scratch.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

describe('expectedLines', () => {
  it('takes the comment behind each console.log statement and no other', () => {
    const source = [
      "// prose: console.log('no'); // no",
      'const a = 1; // no',
      'console.log(a); // 1',
      'for (const b of [1]) {',
      "  console.log(b, '// no'); //  b  ",
      '}',
      'console.log(',
      '  a,',
      '); // 3',
      'console.log(a);',
    ].join('\n');
    expect(expectedLines(source)).toEqual([
      { line: 3, text: '1' },
      { line: 5, text: 'b' },
      { line: 9, text: '3' },
    ]);
  });
});

describe('compareOutput', () => {
  const expected = [
    { line: 3, text: '1' },
    { line: 5, text: '2' },
  ];
  it.each([
    ['1\n2\n', undefined],
    ['1\n3\n', { line: 5, message: 'the page shows "2", printed was "3"' }],
    ['1\n', { line: 5, message: 'the page shows "2", nothing was printed' }],
    ['1\n2\n3\n', { line: undefined, message: 'prints a line the page does not show: 3' }],
    ['', { line: 3, message: 'the page shows "1", nothing was printed' }],
  ])('judges %j', (output, verdict) => {
    expect(compareOutput(output, expected)).toEqual(verdict);
  });
});

describe('checkExamples', () => {
  const scratch = new Scratch();
  afterAll(() => scratch.dispose());

  it('type-checks, runs inside the owning package and compares, with the page and line of each fault', async () => {
    scratch.write({
      'tsconfig.base.json': JSON.stringify({
        compilerOptions: { ...baseOptions(), types: [], lib: ['ES2023', 'DOM'] },
      }),
      'packages/one/package.json': JSON.stringify({ name: 'one', type: 'module', exports: './one.js' }),
      'packages/one/one.js': 'export const two = 2;\n',
      'packages/one/one.d.ts': 'export declare const two: number;\n',
      'packages/one/README.md': [
        '# One', // line 1
        '```ts',
        "import { two } from 'one';",
        'const text: string = await Promise.resolve(`${two}`);',
        'console.log(text); // 2',
        '```',
        'and wrong:', // line 7
        '```ts',
        "import { two } from 'one';",
        'console.log(two); // 3',
        '```',
        '```ts', // line 12
        'const text: string = 1;',
        'throw new Error(`found ${text}`);',
        '```',
        '```ts no-run', // line 16
        'const text: number = "never run";',
        '```',
        '```ts', // line 19
        'console.log(1);',
        '```',
        '```text',
        '1',
        '```',
        '```ts', // line 25
        'const later = 5;',
        '```',
        '```ts continues', // line 28
        'console.log(later); // 6',
        '```',
      ].join('\n'),
    });
    const { run, notRun, problems } = await checkExamples(scratch.root, ['packages/one/README.md']);
    expect([run, notRun]).toEqual([5, 1]);
    const found = problems.map(formatProblem).sort();
    expect(found).toHaveLength(5);
    expect(found[0]).toBe('packages/one/README.md:10: the page shows "3", printed was "2"');
    expect(found[1]).toMatch(/^packages\/one\/README.md:12: the example failed: exit 1\n[^]*Error: found 1/);
    expect(found[2]).toBe("packages/one/README.md:13: Type 'number' is not assignable to type 'string'.");
    expect(found[3]).toBe("packages/one/README.md:17: Type 'string' is not assignable to type 'number'.");
    expect(found[4]).toBe('packages/one/README.md:29: the page shows "6", printed was "5"');
    expect(existsSync(join(scratch.root, `packages/one/.docs-check-${process.pid}`))).toBe(false);
  });
});

function baseOptions(): Record<string, unknown> {
  const text = readFileSync(join(repository, 'tsconfig.base.json'), 'utf8');
  return (JSON.parse(text) as { compilerOptions: Record<string, unknown> }).compilerOptions;
}
