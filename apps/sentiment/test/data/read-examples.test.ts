import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { AppError } from '../../src/errors.js';
import { countEmpty, readExamples } from '../../src/data/read-examples.js';
import { fileWith, temporaryFolder } from '../helpers/files.js';

const columns = { text: 'text', label: 'label' };

async function problem(path: string, asked: Parameters<typeof readExamples>[2] = columns): Promise<AppError> {
  const error = await readExamples(path, '--train', asked).catch((caught: unknown) => caught);
  if (error instanceof AppError) return error;
  throw new Error(`no AppError: ${String(error)}`);
}

describe('readExamples', () => {
  it('reads quotes, newlines in quotes, doubled quotes, a byte order mark and CRLF', async () => {
    const path = fileWith('a.csv', '\uFEFFlabel,text\r\n1,"two\r\nlines, ""quoted"""\r\n\r\n0,plain\r\n');
    expect(await readExamples(path, '--train', columns)).toEqual([
      { text: 'two\r\nlines, "quoted"', label: '1', place: '--train a.csv, row 1 (line 2)', row: 1 },
      { text: 'plain', label: '0', place: '--train a.csv, row 2 (line 5)', row: 2 },
    ]);
  });

  it('reads tab-separated values with bare quotes, and pairs', async () => {
    const path = fileWith('a.tsv', 'q\ta\tlabel\nsay "hi"\tno, never\tyes\n"a\tb"\tc\tno\n');
    expect(await readExamples(path, '--train', { text: 'q', pair: 'a', label: 'label' })).toMatchObject([
      { text: 'say "hi"', pair: 'no, never', label: 'yes' },
      { text: 'a\tb', pair: 'c', label: 'no' },
    ]);
  });

  it('reads JSON Lines with any kind of label', async () => {
    const path = fileWith('a.jsonl', '{"text":"a\\nb","label":1}\n\n{"label":["x"],"text":"\u{1F600}"}\r\n');
    expect(await readExamples(path, '--train', columns)).toEqual([
      { text: 'a\nb', label: 1, place: '--train a.jsonl, row 1 (line 1)', row: 1 },
      { text: '\u{1F600}', label: ['x'], place: '--train a.jsonl, row 2 (line 3)', row: 2 },
    ]);
  });

  it('keeps and counts rows without text', async () => {
    const path = fileWith('a.csv', 'text,label\n,1\n"  ",0\nfine,1\n');
    const examples = await readExamples(path, '--train', columns);
    expect(examples).toHaveLength(3);
    expect(countEmpty(examples)).toBe(2);
  });

  it('reads a record longer than the parser allows by default', async () => {
    const path = fileWith('a.csv', `text,label\n${'long '.repeat(100_000)},1\n`);
    expect((await readExamples(path, '--train', columns))[0]?.text).toHaveLength(500_000);
  });

  it.each([
    ['a.csv', 'text,label\n"good,1\nbad,0\n', 'broken-quotes', '--train a.csv, line 2', 'never closed'],
    [
      'a.csv',
      'text,label\nok,1\nsay "hi",0\n',
      'broken-quotes',
      '--train a.csv, line 3',
      'a quote inside a cell',
    ],
    ['a.csv', 'text,label\n"a"b,1\n', 'broken-quotes', 'line 2', 'after the closing quote'],
    ['a.tsv', 'text\tlabel\n"never\t1\n', 'broken-quotes', 'line 2', 'never closed'],
    ['a.csv', 'text,label\n"two\nlines",1\na,b,0\n', 'column-count', 'row 2 (line 4)', '3: "a,b,0"'],
    ['a.csv', 'text,label\nalone\n', 'column-count', 'row 1 (line 2)', 'expected 2 columns (text, label)'],
    ['a.csv', 'text,label,text\na,1,b\n', 'duplicate-column', 'header', "'text' again as column 3"],
    ['a.csv', '', 'empty-file', '--train a.csv', '0 bytes'],
    ['a.csv', '\n\n', 'empty-file', '--train a.csv', 'blank lines only'],
    ['a.csv', 'text,label\n', 'empty-file', '--train a.csv', 'only the header (text, label)'],
    ['a.jsonl', '\n', 'empty-file', '--train a.jsonl', 'blank lines only'],
    ['a.jsonl', '{"text":"a"}\n{"text":\n', 'broken-json', 'line 2', '{\\"text\\":'],
    ['a.jsonl', '[{"text":"a"}]', 'broken-json', 'line 1', 'a list'],
    ['a.jsonl', '{"text":"a","label":1}\n{"label":1}\n', 'bad-text', 'row 2 (line 2)', 'no such key'],
    ['a.jsonl', '{"text":null,"label":1}\n', 'bad-text', 'row 1 (line 1)', 'null'],
  ])('%s %j: %s', async (name, content, code, where, found) => {
    const error = await problem(fileWith(name, content));
    expect(error.code).toBe(code);
    expect(error.exitCode).toBe(1);
    expect(error.message).toContain(where);
    expect(error.message).toContain(found);
  });

  it.each([
    ['a.csv', 'Text,class\na,1\n', columns, 'missing-column', "found 'Text', 'class'"],
    ['a.csv', 'text,label\na,1\n', { ...columns, pair: 'b' }, 'missing-column', "'b' (--pair)"],
    ['a.xlsx', 'PK', columns, 'unknown-format', "'.xlsx'"],
    ['a', 'text', columns, 'unknown-format', '.csv, .tsv or .jsonl'],
  ])('%s %j with %j is wrong usage', async (name, content, asked, code, found) => {
    const error = await problem(fileWith(name, content), asked);
    expect(error.code).toBe(code);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(found);
  });

  it('names the path of a file that is not there, and of a folder', async () => {
    const missing = await problem('/nowhere/reviews.csv');
    expect([missing.code, missing.exitCode]).toEqual(['missing-file', 2]);
    expect(missing.message).toContain('/nowhere/reviews.csv');
    const folder = join(temporaryFolder(), 'a.csv');
    mkdirSync(folder);
    expect((await problem(folder)).message).toContain('found the directory');
  });

  it('names the offset of the first byte that is not UTF-8', async () => {
    const good = Buffer.from('text,label\n\u00e9\uFFFD,1\n');
    const error = await problem(
      fileWith('a.csv', Buffer.concat([good, Buffer.from([0x63, 0xe9, 0x2c, 0x30])])),
    );
    expect([error.code, error.exitCode]).toEqual(['not-utf8', 1]);
    expect(error.message).toContain(`0xE9 at offset ${good.length + 1}`);
    expect(error.message).toContain('line 3');
    const cut = await problem(fileWith('b.csv', Buffer.from([0x61, 0xe2, 0x82])));
    expect(cut.message).toContain('offset 1');
    const wide = await problem(fileWith('c.csv', Buffer.from('\uFEFFtext', 'utf16le')));
    expect(wide.message).toContain('UTF-16');
  });
});
