/** Markup that may go into a page as it is: everything that came from outside is escaped in it. */
export class Html {
  /** @param markup trusted; use the tag `html` for all else */
  constructor(readonly markup: string) {}
}

/** What a template takes: strings are escaped, `undefined` and `false` leave nothing. */
export type HtmlPart = Html | string | number | undefined | false | readonly HtmlPart[];

/** Controls and the halves of broken surrogate pairs, which no HTML may hold; tabs and line ends stay. */
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text without what no HTML may hold: each such character becomes U+FFFD. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, '\ufffd');
}

function markupOf(part: HtmlPart): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(markupOf).join('');
  return printable(String(part)).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

/**
 * Tag of template literals: escapes what is filled in, so that it can stand as text or as a quoted attribute.
 * @example html`<p title="${text}">${text}</p>`
 */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(strings.map((string, at) => string + markupOf(parts[at])).join(''));
}
