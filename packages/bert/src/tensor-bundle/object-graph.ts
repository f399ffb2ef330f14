import type { Fault } from './byte-cursor.js';
import { type ProtoField, protoFields } from './protobuf.js';

/** Key of the graph in checkpoints of `tf.train.Checkpoint` and SavedModels; those of `tf.train.Saver` have none. */
export const OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';

/** Keys of optimizers, metrics and counters, which belong to training. */
const TRAINING = /(^|\/)(optimizer|keras_api|save_counter|\.OPTIMIZER_SLOT)(\/|$)/;

/**
 * Names of a model's variables by their keys, from a `TrackableObjectGraph`. What an optimizer or a metric kept is left
 * out.
 * @throws Fault where the bytes are no such message
 * @see https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/core/protobuf/trackable_object_graph.proto
 */
export function variableNames(graph: Uint8Array, fault: Fault): Map<string, string> {
  const within = ({ bytes }: ProtoField): ProtoField[] => [...protoFields(bytes, fault)];
  const nodes = [...protoFields(graph, fault)].filter(({ number }) => number === 1).map(within);
  const slots = new Set(
    nodes
      .flatMap((node) => node.filter(({ number }) => number === 3).map(within))
      .map((slot) => slot.find(({ number }) => number === 3)?.value),
  );
  const text = (fields: readonly ProtoField[], wanted: number): string =>
    new TextDecoder().decode(fields.find(({ number }) => number === wanted)?.bytes);
  const names = new Map<string, string>();
  nodes.forEach((node, id) => {
    if (slots.has(id)) return;
    for (const attribute of node.filter(({ number }) => number === 2).map(within)) {
      const key = text(attribute, 3);
      if (!TRAINING.test(key)) names.set(key, text(attribute, 2));
    }
  });
  return names;
}
