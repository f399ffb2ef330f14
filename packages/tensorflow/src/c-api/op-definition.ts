import type { NativeLibrary } from './load-library.js';
import { readFields } from './protobuf.js';
import type { Pointer } from './signatures.js';
import type { Status } from './status.js';

/** What the graph API has to know of an operation: TensorFlow's own `OpDef`. */
export interface OpDefinition {
  /** one for each input argument: whether it takes a list of tensors */
  readonly isList: readonly boolean[];
  /** attributes that TensorFlow works out from the lists themselves */
  readonly inferred: ReadonlySet<string>;
  /** whether it does more than compute its outputs */
  readonly isStateful: boolean;
}

// Field numbers of OpDef and OpDef.ArgDef in tensorflow/core/framework/op_def.proto.
const INPUT_ARG = 2;
const IS_STATEFUL = 17;
const NUMBER_ATTR = 5;
const TYPE_LIST_ATTR = 6;

/**
 * Reads the definition of an operation.
 * @throws OpError `not-found`
 */
export function readOpDefinition(
  { c, memory }: NativeLibrary,
  status: Status,
  graph: Pointer,
  op: string,
): OpDefinition {
  const buffer = c.TF_NewBuffer();
  try {
    c.TF_GraphGetOpDef(graph, op, buffer, status.pointer);
    status.check(() => ({ op, inputs: [] }));
    const header = new BigUint64Array(2); // TF_Buffer: data, length
    memory.read(header, buffer);
    const message = new Uint8Array(Number(header[1]));
    memory.read(message, Number(header[0]));
    return parse(message);
  } finally {
    c.TF_DeleteBuffer(buffer);
  }
}

function parse(message: Uint8Array): OpDefinition {
  const isList: boolean[] = [];
  const inferred = new Set<string>();
  let isStateful = false;
  for (const field of readFields(message)) {
    if (field.number === IS_STATEFUL) isStateful = field.value !== 0;
    if (field.number !== INPUT_ARG) continue;
    let list = false;
    for (const { number, bytes } of readFields(field.bytes)) {
      if ((number !== NUMBER_ATTR && number !== TYPE_LIST_ATTR) || bytes.length === 0) continue;
      list = true;
      inferred.add(Buffer.from(bytes).toString());
    }
    isList.push(list);
  }
  return { isList, inferred, isStateful };
}
