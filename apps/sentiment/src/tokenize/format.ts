import type { Explanation } from '@bertune/tokenizer';

import type { Paint, Style } from './colors.js';
import type { RowToken, Tokenized } from './row.js';
import { columns, visible } from './visible.js';

type Segment = Explanation['segments'][number];
type Word = Extract<Segment, { kind: 'text' }>['words'][number];

/** Neighbouring tokens differ. */
const CYCLE: readonly Style[] = ['cyan', 'green', 'yellow', 'magenta', 'blue'];

/**
 * The stages of each text, then the tokens with ids and offsets, as lines for a terminal.
 * @param unknownToken drawn in red
 */
export function formatTokenized(tokenized: Tokenized, unknownToken: string, paint: Paint): string[] {
  const styles = tokenized.tokens.map((token, index) => styleOf(token, index, unknownToken));
  const several = tokenized.texts.length > 1;
  return [
    ...tokenized.texts.flatMap(({ text, segments }, which) => [
      line(several ? `text ${which}` : 'text', markTokens(text, which, tokenized.tokens, styles, paint)),
      ...segments.flatMap((segment) => formatSegment(segment, paint)),
      '',
    ]),
    ...formatTokens(tokenized.tokens, styles, several, paint),
    ...(tokenized.cut > 0 ? [paint('yellow', `cut off: ${tokenized.cut}, for --max-length`)] : []),
  ];
}

function styleOf({ token, text }: RowToken, index: number, unknownToken: string): Style {
  if (text === null) return 'dim';
  return token === unknownToken ? 'red' : (CYCLE[index % CYCLE.length] ?? 'cyan');
}

function line(name: string, text: string): string {
  return `${name.padEnd(16)}  ${text}`.trimEnd();
}

/** The text as given, each token in brackets and in its colour. */
function markTokens(
  text: string,
  which: number,
  tokens: readonly RowToken[],
  styles: readonly Style[],
  paint: Paint,
): string {
  let marked = '';
  let position = 0;
  tokens.forEach((token, index) => {
    // Two tokens may come from one character; it is shown with the first.
    if (token.text !== which || token.start < position || token.end === token.start) return;
    marked += paint('dim', visible(text.slice(position, token.start)));
    marked += paint(styles[index] ?? 'dim', `[${visible(token.source)}]`);
    position = token.end;
  });
  return marked + paint('dim', visible(text.slice(position)));
}

function formatSegment(segment: Segment, paint: Paint): string[] {
  if (segment.kind === 'added-token')
    return [line('added token', `${paint('bold', segment.token)}  ${place(segment)}`)];
  const { stages, changes, words } = segment;
  return [
    ...stages.map(({ stage, text }) => line(stage, visible(text))),
    ...(changes.length === 0
      ? []
      : [line('changes', changes.map((change) => formatChange(change, paint)).join('  '))]),
    line('words', words.map((word) => formatWord(word, paint)).join(' ')),
    ...words.flatMap((word) => formatUnknown(word, paint)),
  ];
}

function formatChange(
  { source, result, start, end }: { source: string; result: string; start: number; end: number },
  paint: Paint,
): string {
  const quoted = (text: string): string => (text.trim() === text ? visible(text) : `"${visible(text)}"`);
  const became = result === '' ? 'nothing' : quoted(result);
  return `${quoted(source)} -> ${became} ${paint('dim', place({ start, end }))}`;
}

function formatWord(word: Word, paint: Paint): string {
  if (word.kind === 'added-token') return paint('bold', word.token);
  return word.pieces
    .map(({ token }) => (word.unknown ? paint('red', visible(token)) : visible(token)))
    .join(paint('dim', '|'));
}

function formatUnknown(word: Word, paint: Paint): string[] {
  if (word.kind === 'added-token' || word.unknown === null) return [];
  const { unknown } = word;
  const why =
    unknown.reason === 'no-piece'
      ? `no piece of the vocabulary begins "${visible(unknown.rest)}"`
      : `${unknown.length} characters, more than ${unknown.limit}`;
  return [line('unknown', `${paint('red', visible(word.text))}: ${why}  ${place(word)}`)];
}

function place({ start, end }: { readonly start: number; readonly end: number }): string {
  return `${start}..${end}`;
}

function formatTokens(
  tokens: readonly RowToken[],
  styles: readonly Style[],
  several: boolean,
  paint: Paint,
): string[] {
  const head = ['', 'id', 'token', 'offsets', ...(several ? ['text', 'type'] : []), 'word', 'source'];
  const rows = tokens.map(({ id, token, text, type, word, source, ...range }, index) => [
    String(index),
    String(id),
    visible(token),
    text === null ? '' : place(range),
    ...(several ? [text === null ? '' : String(text), String(type)] : []),
    word === null ? '' : String(word),
    visible(source),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => columns(row[column] ?? ''))),
  );
  const layOut = (row: readonly string[], style: (column: number) => Style | undefined): string =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - columns(cell));
        const chosen = style(column);
        const text = chosen === undefined ? cell : paint(chosen, cell);
        // Numbers to the right; nothing behind the last column.
        return column < 2 ? space + text : column === row.length - 1 ? text : text + space;
      })
      .join('  ')
      .trimEnd();
  return [
    layOut(head, () => 'dim'),
    ...rows.map((row, index) =>
      layOut(row, (column) => (column === 2 || column === row.length - 1 ? styles[index] : undefined)),
    ),
  ];
}
