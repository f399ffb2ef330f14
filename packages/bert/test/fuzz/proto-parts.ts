import { protoFields } from '../../src/tensor-bundle/protobuf.js';
import { field, message } from '../raw-table.js';
import { edgeNumber, mutateBytes } from './mutate-bytes.js';
import type { Draw } from './random.js';

const fault = (found: string): Error => new Error(found);

/** A protocol buffer with fields, at any depth, taken out, doubled, renumbered, or changed in their values. */
export function mutateProto(draw: Draw, bytes: Uint8Array): Uint8Array {
  let fields;
  try {
    fields = [...protoFields(bytes, fault)];
  } catch {
    return mutateBytes(draw, bytes);
  }
  if (fields.length === 0 || draw.chance(0.05)) return mutateBytes(draw, bytes);
  const at = draw.upTo(fields.length);
  const encoded = fields.map(({ number, value, bytes: content }, i) => {
    const changed = i === at ? draw.upTo(6) : -1;
    const id = changed === 0 ? draw.upTo(12) : number;
    if (changed === 1) return new Uint8Array();
    const isText = content.length > 0;
    const number32 = changed >= 2 && !isText ? Math.trunc(edgeNumber(draw)) || 0 : value;
    const same = isText
      ? field(id, changed >= 2 ? mutateProto(draw, content) : content)
      : id === 6
        ? field(id, number32 >>> 0, 5)
        : field(id, number32);
    return changed === 5 ? message(same, same) : same;
  });
  return message(...encoded);
}
