import { describe, expect, it } from '@jest/globals';
import { sharedPath } from '@bertune/testkit';
import { readFileSync } from 'node:fs';
import { formatProblem } from '../src/problem.js';
import { checkContent } from '../src/tracked-files.js';

const complaints = (bytes: Buffer) => checkContent('a/file', bytes).map(formatProblem);

describe('checkContent', () => {
  it('lets ordinary text and data pass', () => {
    expect(complaints(Buffer.from('see https://example.org\n'))).toEqual([]);
    expect(complaints(Buffer.from([0, 1, 2]))).toEqual([]);
  });

  it('refuses files over the limit', () => {
    expect(complaints(Buffer.alloc(2_000_000))).toEqual([]);
    expect(complaints(Buffer.alloc(2_000_001))).toEqual([
      expect.stringMatching(/^a\/file: 2000001 bytes; the limit is/),
    ]);
  });

  it('refuses the name of a package registry', () => {
    const host = ['registry', 'npmjs', 'org'].join('.');
    expect(complaints(Buffer.from(`\nhttps://${host}/x`))).toEqual([
      `a/file:2: names the package registry ${host}; leave it out`,
    ]);
  });
});

const vocabularies = sharedPath('golden/tokenizer/vocab');
const withVocabularies = vocabularies === undefined ? describe.skip : describe;

withVocabularies("other projects' data (needs ../shared: vocabularies)", () => {
  it.each(['uncased', 'cased', 'chinese', 'multilingual-cased'])(
    'refuses the vocabulary of bert-base-%s',
    (name) => {
      const bytes = readFileSync(`${vocabularies ?? ''}/bert-base-${name}.txt`);
      expect(complaints(bytes)).toEqual([expect.stringContaining(`is the vocabulary of bert-base-${name}`)]);
    },
  );
});
