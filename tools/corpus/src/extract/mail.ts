import type { Document, SourceFile } from '../source.js';
import { unwrap } from './paragraphs.js';

/** Lines of a message that nobody wrote to be read: quotations, attributions, signatures, addresses, rulers, diffs. */
const NOT_PROSE =
  /^(\s*[>|:}]|.*\bwrote:\s*$|On .*,.*$|.*(https?:|ftp:|www\.|\S@\S).*|[\W_]{4,}$|[-+@]{1,3} .*|\s*\w+: .*)/;

/** What a mailing list put below a message. */
const FOOTER = /^(--\s*$|_{5,}|-{5,}|={5,}|Yahoo! Groups|To unsubscribe)/m;

/** A message as it was sent: what its author wrote, without headers, quotations and signature. */
export function* mail({ bytes }: SourceFile): Iterable<Document> {
  const message = bytes.toString('latin1').replaceAll('\r', '');
  const body = message.indexOf('\n\n');
  const headers = message.slice(0, body);
  // Text with parts, in HTML or encoded is left out.
  if (/^Content-Type: (?!text\/plain)/im.test(headers)) return;
  if (/^Content-Transfer-Encoding: (base64|quoted-printable)/im.test(headers)) return;
  const text = message.slice(body);
  const end = text.search(FOOTER);
  const lines = text.slice(0, end < 0 ? undefined : end).split('\n');
  yield unwrap(lines.map((line) => (NOT_PROSE.test(line) ? '' : line)).join('\n'));
}
