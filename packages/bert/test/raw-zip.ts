/** A member of an archive, right or wrong, for tests. */
export interface RawMember {
  readonly name: string;
  readonly content: Uint8Array;
  /** how its list says it is compressed; default 0, stored */
  readonly method?: number;
  /** length that the list says it has */
  readonly size?: number;
  /** byte where the list says it begins */
  readonly offset?: number;
}

interface RawOptions {
  /** comment at the end */
  readonly comment?: Uint8Array;
  /** entries that the end says there are */
  readonly count?: number;
  /** byte where the end says the list begins */
  readonly listOffset?: number;
}

/** An archive of stored members, without checksums. */
export function rawZip(members: readonly RawMember[], options: RawOptions = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  let position = 0;
  const add = (
    length: number,
    fields: readonly (readonly [at: number, bytes: 2 | 4, value: number])[],
  ): void => {
    const view = new DataView(new ArrayBuffer(length));
    for (const [at, bytes, value] of fields) {
      if (bytes === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
    }
    append(new Uint8Array(view.buffer));
  };
  const append = (bytes: Uint8Array): void => {
    parts.push(bytes);
    position += bytes.length;
  };
  const offsets = members.map(({ name, content, method = 0 }) => {
    const offset = position;
    const nameBytes = new TextEncoder().encode(name);
    add(30, [[0, 4, 0x04034b50], [8, 2, method], [18, 4, content.length], [22, 4, content.length], [26, 2, nameBytes.length]]); // prettier-ignore
    append(nameBytes);
    append(content);
    return offset;
  });
  const list = position;
  members.forEach(({ name, content, method = 0, size = content.length, offset }, i) => {
    const nameBytes = new TextEncoder().encode(name);
    add(46, [[0, 4, 0x02014b50], [10, 2, method], [20, 4, method === 0 ? size : content.length], [24, 4, size], [28, 2, nameBytes.length], [42, 4, offset ?? offsets[i]]]); // prettier-ignore
    append(nameBytes);
  });
  const { comment = new Uint8Array(), count = members.length, listOffset = list } = options;
  add(22, [[0, 4, 0x06054b50], [8, 2, count], [10, 2, count], [12, 4, position - list], [16, 4, listOffset], [20, 2, comment.length]]); // prettier-ignore
  append(comment);
  const result = new Uint8Array(position);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
