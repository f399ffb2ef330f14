import { deflateSync, gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { dictd } from '../src/extract/dictd.js';
import { descriptions, fortunes } from '../src/extract/fortunes.js';
import { mail } from '../src/extract/mail.js';
import { markup } from '../src/extract/markup.js';
import { gutenberg, plainText } from '../src/extract/paragraphs.js';
import { rData } from '../src/extract/r-data.js';
import { verses } from '../src/extract/verses.js';
import { wml } from '../src/extract/wml.js';
import { wordnet } from '../src/extract/wordnet.js';
import type { Extract } from '../src/source.js';

const documents = (extract: Extract, content: string | Buffer, path = 'file'): string[][] =>
  [...extract({ path, bytes: Buffer.from(content) })]
    .map((document) => [...document])
    .filter(({ length }) => length > 0);

describe('extractors', () => {
  it('joins hard-wrapped lines', () => {
    expect(documents(plainText, 'One line\nand its end.\n\n\nAnother.\n')).toEqual([
      ['One line and its end.', 'Another.'],
    ]);
  });

  it('takes a book of Project Gutenberg by chapters, without what is around it', () => {
    const book =
      'Licence.\n*** START OF THIS BOOK ***\nCHAPTER 1\n\nCall me.\n\nCHAPTER 2\n\nGo on.\n*** END OF THIS BOOK ***\nMore.';
    expect(documents(gutenberg, book)).toEqual([
      ['CHAPTER 1', 'Call me.'],
      ['CHAPTER 2', 'Go on.'],
    ]);
  });

  it('takes definitions and quotations from a dictionary', () => {
    const entry = `Sea \\Sea\\, n. [OE. see.]\n   1. A body of {salt} water. [1913 Webster]\n\n      The sea was calm. --Milton.\n`;
    expect(documents(dictd, gzipSync(`${entry}Ship \\Ship\\, n.\n   A large vessel.\n`))).toEqual([
      ['A body of salt water.', 'The sea was calm.', 'A large vessel.'],
    ]);
  });

  it('takes glosses and examples from WordNet, not its licence', () => {
    const lines = [
      '  1 This software is licensed | to you',
      '01 00 a 01 able(p) 0 001 ! 02 n 0101 | having the means; "able to swim"; "she was able to program"',
    ];
    expect(documents(wordnet, lines.join('\n'))).toEqual([
      ['able: having the means. able to swim. she was able to program.'],
    ]);
  });

  it('takes paragraphs from a page, not code, tables or titles', () => {
    const page =
      '<head><title>T</title></head><h1>Title</h1><div><p>Run <code>apt</code> &amp; wait.</p><pre>apt</pre></div><table><td>1</td></table><p>End.</p>';
    expect(documents(markup, page, 'a.html')).toEqual([['Run apt & wait.', 'End.']]);
  });

  it('takes cookies without their authors', () => {
    expect(documents(fortunes, 'A joke\nin two lines.\n\t\t-- Somebody\n%\nAnother.\n')).toEqual([
      ['A joke in two lines.', 'Another.'],
    ]);
  });

  it('takes descriptions without their keys and without templates', () => {
    expect(
      documents(descriptions, '%%%%\nAgnes\n\nThis spriggan is aged.\n\nShe has {{tool}}.\n%%%%\n'),
    ).toEqual([['This spriggan is aged.']]);
  });

  it('takes what the author of a message wrote', () => {
    const message =
      'From: a\nContent-Type: text/plain\n\nOn Monday, B said:\n> quoted\nI agree with\nthis.\n\nSee http://a.example/\n-- \nA\n';
    expect(documents(mail, message)).toEqual([['I agree with this.']]);
    expect(documents(mail, message.replace('text/plain', 'multipart/mixed'))).toEqual([]);
  });

  it('takes verses by chapters', () => {
    const bible = {
      'Genesis 1:1': '# In the beginning',
      'Genesis 1:2': 'And [the] earth',
      'Genesis 2:1': 'Thus',
    };
    expect(documents(verses, JSON.stringify(bible))).toEqual([
      ['In the beginning', 'And the earth'],
      ['Thus'],
    ]);
  });

  it('takes strings of a campaign, without their hints for translators and marks', () => {
    expect(documents(wml, 'name=_"X"\nmessage= _ "female^He said ""<b>no</b>""."')).toEqual([
      ['X', 'He said "no".'],
    ]);
  });

  it('takes long vectors of strings from data of R, by chapters', () => {
    const u32 = (value: number): Buffer => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    };
    const lines = Array.from({ length: 1200 }, (_, i) => (i === 600 ? 'Chapter 2' : i === 1 ? '' : 'word'));
    const strings = lines.flatMap((line) => [u32(0x00040009), u32(line.length), Buffer.from(line)]);
    const stream = deflateSync(Buffer.concat([Buffer.from('X\n'), u32(16), u32(lines.length), ...strings]));
    const found = documents(
      rData,
      Buffer.concat([u32(0), stream, u32(0), deflateSync(Buffer.from('rest of it'))]),
    );
    expect(found).toHaveLength(2);
    expect(found[1][0]).toMatch(/^Chapter 2 word word/);
  });
});
