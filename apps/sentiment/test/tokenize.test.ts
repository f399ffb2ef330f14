import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { BertTokenizer } from '@bertune/tokenizer';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { main } from '../src/main.js';
import { choosePaint, colored, plain } from '../src/tokenize/colors.js';
import { formatTokenized } from '../src/tokenize/format.js';
import { tokenizeText, type Tokenized } from '../src/tokenize/row.js';
import { columns, visible } from '../src/tokenize/visible.js';
import { temporaryFolder } from './helpers/files.js';
import { recordedIo, type RecordedIo } from './helpers/io.js';

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const tokenizer = new BertTokenizer([...special, 'the', 'cafe', 'un', '##able', '!']);
let model = '';
beforeAll(async () => {
  model = temporaryFolder();
  await tokenizer.savePretrained(model);
});

async function run(argv: readonly string[], input = ''): Promise<RecordedIo & { readonly code: number }> {
  const io = recordedIo(temporaryFolder(), input);
  return { code: await main(['tokenize', ...argv], io), ...io };
}

describe('sentiment tokenize', () => {
  it('prints every stage, then the tokens with ids and offsets', async () => {
    const io = await run(['--model', model, 'The Café\u200d unable, [MASK]!']);
    expect([io.code, io.err()]).toEqual([0, '']);
    expect(io.out()).toBe(`\
text              [The] [Café]\\u{200d} [un][able][,] [[MASK]][!]
cleaned           The Café unable,
accents-stripped  The Cafe unable,
lower-cased       the cafe unable,
changes           T -> t 0..1  C -> c 4..5  é -> e 7..8  \\u{200d} -> nothing 8..9
words             the cafe un|##able [UNK]
unknown           ,: no piece of the vocabulary begins ","  16..17
added token       [MASK]  18..24
cleaned           !
accents-stripped  !
lower-cased       !
words             !

   id  token   offsets  word  source
0   2  [CLS]
1   5  the     0..3     0     The
2   6  cafe    4..8     1     Café
3   7  un      10..12   2     un
4   8  ##able  12..16   2     able
5   1  [UNK]   16..17   3     ,
6   4  [MASK]  18..24   4     [MASK]
7   9  !       24..25   5     !
8   3  [SEP]
`);
  });

  it('shows what another implementation makes of a text', async () => {
    const texts = ['The un\u200dable', 'the[MASK]'];
    const words = async (...options: string[]): Promise<string[]> => {
      const io = await run(['--model', model, '--json', ...options, ...texts]);
      expect([io.code, io.err()]).toEqual([0, '']);
      const rows = io
        .out()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Tokenized);
      return rows.map(({ tokens }) =>
        tokens
          .slice(1, -1)
          .map(({ token }) => token)
          .join(' '),
      );
    };
    expect(await words()).toEqual(['the un ##able', 'the [MASK]']);
    expect(await words('--fidelity', 'google')).toEqual(['the un ##able', 'the [UNK] [UNK] [UNK]']);
    const cased = temporaryFolder();
    await new BertTokenizer(special, { lowercase: false, stripAccents: true }).savePretrained(cased);
    const refused = await run(['--model', cased, '--fidelity', 'google', 'a']);
    expect([refused.code, refused.err()]).toEqual([1, expect.stringContaining('stripAccents: expected')]);
    expect((await run(['--fidelity', 'bert', 'a'])).code).toBe(2);
  });

  it('reads two texts together and says what was cut off', async () => {
    const io = await run(['--model', model, '--pair', 'unable', '--max-length', '6', 'the cafe !']);
    expect(io.out()).toContain('text 0            [the] [cafe] !\n');
    expect(io.out()).toContain('text 1            [un]able\n');
    expect(io.out().split('\n\n').at(-1)).toBe(`\
   id  token  offsets  text  type  word  source
0   2  [CLS]                 0
1   5  the    0..3     0     0     0     the
2   6  cafe   4..8     0     0     1     cafe
3   3  [SEP]                 0
4   7  un     0..2     1     1     0     un
5   3  [SEP]                 1
cut off: 2, for --max-length
`);
  });

  it('takes the lines of standard input, and prints JSON Lines that say the same', async () => {
    const io = await run(['--model', model, '--json'], 'The cafe\n\nun\ud800able\n');
    expect(io.code).toBe(0);
    const rows = io
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Tokenized);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual(JSON.parse(JSON.stringify(tokenizeText(tokenizer, 'The cafe', {}))));
    expect(rows[0]?.tokens.map(({ id, token, source }) => [id, token, source])).toEqual([
      [2, '[CLS]', ''],
      [5, 'the', 'The'],
      [6, 'cafe', 'cafe'],
      [3, '[SEP]', ''],
    ]);
    expect(rows[1]?.tokens.map(({ token }) => token)).toEqual(['[CLS]', '[SEP]']);
  });

  it('without a model takes the vocabulary that train would learn, and says so', async () => {
    const io = await run(['The food was great.']);
    expect(io.code).toBe(0);
    expect(io.err()).toMatch(/^tokenizer: 3\d{3} tokens learnt from the built-in reviews/);
    expect(io.out()).toMatch(/^words +the food was great \.$/m);
  });

  it('prints what the README says', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [, text = '', output] = /^\$ sentiment tokenize "(.*)"\n([^`]*)^```/m.exec(readme) ?? [];
    expect((await run([text])).out()).toBe(output);
  });

  it.each<[string, string[], number, RegExp]>([
    ['no texts', [], 1, /expected texts as arguments or on standard input, found none/],
    ['no such directory', ['--model', './none', 'a'], 2, /\.\/none: no such folder or file/],
    ['an option of another command', ['--epochs', '3', 'a'], 2, /--epochs/],
    ['a length for no token', ['--max-length', '2', 'a'], 2, /of at least 3/],
  ])('refuses %s', async (_name, argv, code, message) => {
    const io = await run(argv);
    expect([io.code, io.out()]).toEqual([code, '']);
    expect(io.err()).toMatch(message);
    expect(io.err()).not.toContain('looks like a bug');
  });

  it('passes on what is wrong with a tokenizer, with its place', async () => {
    const broken = temporaryFolder();
    writeFileSync(join(broken, 'vocab.txt'), 'a\nb\n');
    const io = await run(['--model', broken, 'a']);
    expect(io.code).toBe(1);
    expect(io.err()).toMatch(/^error: .*\[CLS\]/);
  });
});

describe('on a terminal', () => {
  const withColors = formatTokenized(tokenizeText(tokenizer, 'The cafe ?', {}), '[UNK]', colored).join('\n');

  it('tokens have colours, the unknown one red, and the text is the same without', () => {
    expect(withColors).toContain('\u001b[31m[?]\u001b[0m');
    expect(withColors).toContain('\u001b[31m[UNK]\u001b[0m');
    expect(withColors).toContain('\u001b[2m[CLS]\u001b[0m');
    const [first, second] = ['The', 'cafe'].map((source) =>
      withColors.split(`m[${source}]`)[0]?.split('\u001b[').at(-1),
    );
    expect(first).not.toBe(second);
    // eslint-disable-next-line no-control-regex -- what is taken out is a control sequence
    expect(withColors.replaceAll(/\u001b\[\d+m/g, '')).toBe(
      formatTokenized(tokenizeText(tokenizer, 'The cafe ?', {}), '[UNK]', plain).join('\n'),
    );
  });

  it('colours appear only there, and not where somebody asked for none', () => {
    const choose = (isTTY: boolean, env = {}, refused = false) => choosePaint({ isTTY, env, refused });
    expect(choose(true)).toBe(colored);
    expect(choose(true, { NO_COLOR: '' })).toBe(colored);
    expect(choose(false)).toBe(plain);
    expect(choose(true, { NO_COLOR: '1' })).toBe(plain);
    expect(choose(true, { TERM: 'dumb' })).toBe(plain);
    expect(choose(true, {}, true)).toBe(plain);
  });

  it('a text cannot command it: what is invisible is spelt out', () => {
    expect(visible('a\u001b[2J\u202e\u2028\ud800\u0085é漢')).toBe(
      'a\\u{1b}[2J\\u{202e}\\u{2028}\\u{d800}\\u{85}é漢',
    );
    expect(['abc', 'e\u0301', '漢字', '😀!'].map(columns)).toEqual([3, 1, 4, 3]);
  });
});
