/** What each code point is, against the reference's own tables, whatever Unicode version the engine has. */
import { readFileSync } from 'node:fs';

import { afterEach, describe, expect, it, jest } from '@jest/globals';

import * as characterClasses from '../src/text/character-classes.js';
import { readCases, readRuns } from './read-runs.js';

type CharacterClasses = typeof characterClasses;

const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8'));

/** Runs of code points, by tools/reference/tokenizer_tables.py (tokenizers 0.22.2). */
const reference = readJson('unicode-tables') as {
  dropped: string;
  spaces: string;
  punctuation: string;
  nonspacingMarks: string;
  decomposable: string;
  lowercase: string;
  combiningClasses: Record<string, string>;
};
const { unassigned } = readJson('unassigned-in-unicode-15') as { unassigned: string };

const classOf = new Map<number, number>();
for (const [combiningClass, runs] of Object.entries(reference.combiningClasses)) {
  for (const c of readRuns(runs)) classOf.set(c, Number(combiningClass));
}
const lowercase = new Map<number, readonly number[]>([[0x130, [0x69, 0x307]]]);
for (const [from, to] of readCases(reference.lowercase)) lowercase.set(from, [to]);

/** Where the tables and the reference differ: code point and property. */
function differences(tables: CharacterClasses): string[] {
  const { COMBINES, DECOMPOSES, DROP, MARK, PUNCT, SPACE, UPPER } = tables;
  const decomposable = readRuns(reference.decomposable);
  for (let c = 0xac00; c <= 0xd7a3; c += 1) decomposable.add(c);
  const dropped = readRuns(reference.dropped);
  for (let c = 0xd800; c <= 0xdfff; c += 1) dropped.add(c);
  // These three are dropped before they could be spaces.
  const spaces = new Set([...readRuns(reference.spaces), 0xb, 0xc, 0x85]);
  const sets: [string, number, { has(c: number): boolean }][] = [
    ['dropped', DROP, dropped],
    ['space', SPACE, spaces],
    ['punctuation', PUNCT, readRuns(reference.punctuation)],
    ['mark', MARK, readRuns(reference.nonspacingMarks)],
    ['decomposes', DECOMPOSES, decomposable],
    ['combines', COMBINES, classOf],
    ['upper', UPPER, lowercase],
  ];
  const wrong: string[] = [];
  for (let c = 0; c < 0x110000; c += 1) {
    const flags = tables.classesOf(c);
    for (const [name, flag, set] of sets) {
      if (((flags & flag) !== 0) !== set.has(c)) wrong.push(`U+${c.toString(16)} ${name}`);
    }
    const lower = lowercase.get(c);
    if (lower !== undefined && [tables.lowercaseOf(c)].flat().join() !== lower.join()) {
      wrong.push(`U+${c.toString(16)} lower case`);
    }
  }
  return wrong;
}

describe('the classes of all code points', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    jest.resetModules();
  });

  it('are the reference’s', () => {
    expect(differences(characterClasses).slice(0, 20)).toEqual([]);
  });

  it('do not depend on what the engine thinks of code points that Unicode 15.0 has not', async () => {
    const unknown = readRuns(unassigned);
    const isUnknown = (text: string): boolean =>
      Array.from(text).some((c) => unknown.has(c.codePointAt(0) ?? 0));
    expect(isUnknown('\u1c89')).toBe(true);
    // An engine to come, in which they all are punctuation and marks, decompose and have lower-case forms.
    const { normalize, toLowerCase } = String.prototype;
    const { test } = RegExp.prototype;
    let asked = 0;
    jest.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form?: string) {
      asked += 1;
      return isUnknown(this) ? 'x' : normalize.call(this, form);
    });
    jest.spyOn(String.prototype, 'toLowerCase').mockImplementation(function (this: string) {
      return isUnknown(this) ? 'x' : toLowerCase.call(this);
    });
    jest.spyOn(RegExp.prototype, 'test').mockImplementation(function (this: RegExp, text: string) {
      return isUnknown(text) || test.call(this, text);
    });
    jest.resetModules();
    const fresh = await import('../src/text/character-classes.js');
    expect(differences(fresh).slice(0, 20)).toEqual([]);
    expect(asked).toBeGreaterThan(10_000);
  });

  it('order marks by their combining classes', () => {
    const ranks = characterClasses.combiningRanks(classOf.keys());
    const pairs = new Set([...ranks].map(([c, rank]) => `${String(classOf.get(c))} ${rank}`));
    const ladder = [...new Set(classOf.values())].sort((a, b) => a - b);
    expect(pairs).toEqual(new Set(ladder.map((combiningClass, rank) => `${combiningClass} ${rank}`)));
  });
});
