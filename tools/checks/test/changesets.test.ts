import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkChangesets, parseChangeset } from '../src/changesets.js';
import { formatProblem } from '../src/problem.js';
import { Scratch } from './scratch.js';

const BERT = 'packages/bert';
const changeset = (name: string) => `---\n'${name}': minor\n---\n\nWords.\n`;

describe('parseChangeset', () => {
  it.each([
    [changeset('@bertune/bert'), ['@bertune/bert']],
    [`---\r\n"@bertune/a": patch\r\n"b": major\r\n---\r\nx: minor\r\n`, ['@bertune/a', 'b']],
    ['---\n---\n', []],
    ['no front matter', []],
  ])('reads %j', (text, packages) => {
    expect(parseChangeset('f', text).packages).toEqual(packages);
  });
});

describe('checkChangesets', () => {
  let scratch: Scratch;
  const problems = (): string[] => checkChangesets(scratch.root).map(formatProblem);

  beforeEach(() => {
    scratch = new Scratch()
      .write({
        [`${BERT}/package.json`]: '{ "name": "@bertune/bert" }',
        [`${BERT}/src/a.ts`]: '1',
        'packages/quiet/package.json': '{ "name": "quiet", "private": true }',
        'packages/quiet/src/a.ts': '1',
        '.changeset/README.md': '# no changeset',
      })
      .git('init', '-q', '-b', 'main')
      .commit('first');
  });
  afterEach(() => scratch.dispose());

  it('is content with no change, and with changes outside src or of private packages', () => {
    expect(problems()).toEqual([]);
    scratch.write({ [`${BERT}/test/a.test.ts`]: '2', 'packages/quiet/src/a.ts': '2' });
    expect(problems()).toEqual([]);
  });

  it.each(['committed', 'not committed', 'a new file'])(
    'misses a changeset for a change that is %s',
    (state) => {
      scratch.write({ [`${BERT}/src/${state === 'a new file' ? 'b' : 'a'}.ts`]: '2' });
      if (state === 'committed') scratch.commit('change');
      expect(problems()).toHaveLength(1);
      expect(problems()[0]).toMatch(
        /^packages\/bert: 1 source file\(s\) changed since \w+ \(first\) \(packages\/bert\/src/,
      );
      scratch.write({ '.changeset/x.md': changeset('@bertune/bert') });
      expect(problems()).toEqual([]);
    },
  );

  it('refuses a changeset for another package or for none', () => {
    scratch.write({
      [`${BERT}/src/a.ts`]: '2',
      '.changeset/x.md': changeset('@bertune/brt'),
      '.changeset/y.md': 'hm',
    });
    expect(problems().slice(1)).toEqual([
      '.changeset/x.md: names @bertune/brt, which is no package here (@bertune/bert)',
      ".changeset/y.md: names no package: its front matter needs e.g. '@bertune/bert': minor",
    ]);
  });

  it('counts from the last release on main, and lets the release itself pass', () => {
    scratch.write({ [`${BERT}/src/a.ts`]: '2', [`${BERT}/CHANGELOG.md`]: '# 0.1.0' });
    expect(problems()).toEqual([]);
    scratch.commit('release');
    expect(problems()).toEqual([]);
    scratch.write({ [`${BERT}/src/a.ts`]: '3' });
    expect(problems()[0]).toContain('(release)');
  });

  it('on a branch does not let a changeset of main speak for the branch', () => {
    scratch.write({ '.changeset/old.md': changeset('@bertune/bert') }).commit('somebody else');
    scratch.git('update-ref', 'refs/remotes/origin/main', 'HEAD').git('switch', '-qc', 'branch');
    scratch.write({ [`${BERT}/src/a.ts`]: '2' }).commit('change');
    expect(problems()[0]).toContain('(somebody else)');
    scratch.write({ '.changeset/new.md': changeset('@bertune/bert') });
    expect(problems()).toEqual([]);
  });
});
