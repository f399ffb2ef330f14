/** The parts of a Markdown page that can be checked: code fences, links, anchors. */

/** One fenced block of code. */
export interface Fence {
  /** 1-based line of the opening fence; the code begins on the next one */
  readonly line: number;
  /** first word after the fence, e.g. `ts` */
  readonly language: string;
  /** further words after the fence, e.g. `no-run` */
  readonly flags: readonly string[];
  /** text between the fences, without the final newline */
  readonly code: string;
  /** text of a `text` fence that follows with nothing but blank lines between: the block's whole output */
  readonly output: string | undefined;
}

/** One link or image. */
export interface Link {
  /** 1-based */
  readonly line: number;
  /** as written, without a title */
  readonly target: string;
}

/** A page, taken apart. */
export interface Page {
  readonly fences: readonly Fence[];
  readonly links: readonly Link[];
  /** what may stand after `#`: a slug per heading, as GitHub makes them, and explicit ids */
  readonly anchors: ReadonlySet<string>;
}

/** Takes a page apart, line by line. */
export function parseMarkdown(text: string): Page {
  const fences: Fence[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const opening = /^(`{3,}|~{3,})\s*(.*)$/.exec(lines[index].trimStart());
    if (opening) {
      const end = closingLine(lines, index, opening[1]);
      const [language = '', ...flags] = opening[2].trim().split(/\s+/);
      const code = lines.slice(index + 1, end).join('\n');
      fences.push({ line: index + 1, language, flags, code, output: outputAfter(lines, end) });
      index = end;
      continue;
    }
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(lines[index]);
    if (heading) anchors.add(unused(slug(heading[1]), anchors));
    const line = lines[index].replaceAll(/`[^`]*`/g, (code) => ' '.repeat(code.length));
    for (const [, id] of line.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
    for (const [, target] of line.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)) {
      links.push({ line: index + 1, target });
    }
    const definition = /^\s*\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/.exec(line);
    if (definition) links.push({ line: index + 1, target: definition[1] });
  }
  return { fences, links, anchors };
}

function closingLine(lines: readonly string[], opening: number, mark: string): number {
  for (let index = opening + 1; index < lines.length; index++) {
    const line = lines[index].trim();
    if (line.startsWith(mark) && line.replaceAll(mark[0], '') === '') return index;
  }
  return lines.length;
}

function outputAfter(lines: readonly string[], end: number): string | undefined {
  let next = end + 1;
  while (next < lines.length && lines[next].trim() === '') next++;
  if (lines[next]?.trim() !== '```text') return undefined;
  return lines.slice(next + 1, closingLine(lines, next, '```')).join('\n');
}

/** A heading's anchor as GitHub makes it: lower case, punctuation dropped, spaces to hyphens. */
export function slug(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

function unused(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let n = 1; taken.has(candidate); n++) candidate = `${name}-${n}`;
  return candidate;
}
