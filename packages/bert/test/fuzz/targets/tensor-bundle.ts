import { openCheckpoint } from '../../../src/checkpoint-open.js';
import { readPretrainedConfig } from '../../../src/pretrained.js';
import { savedModelTokenizer } from '../../../src/saved-model/saved-model-tokenizer.js';
import { openTensorBundle } from '../../../src/tensor-bundle/bundle-reader.js';
import { readEntry } from '../../../src/tensor-bundle/bundle-messages.js';
import { parseString } from '../../../src/tensor-bundle/bundle-strings.js';
import { crc32c, masked } from '../../../src/tensor-bundle/crc32c.js';
import { readTable } from '../../../src/tensor-bundle/table.js';
import { raw } from '../../raw-pickle.js';
import { field, message, table } from '../../raw-table.js';
import { mutateBytes } from '../mutate-bytes.js';
import { mutateProto } from '../proto-parts.js';
import type { Draw } from '../random.js';
import { readAll } from '../read-all.js';
import { seedFile } from '../seeds.js';
import type { Input, Target } from '../target.js';

/** A valid index, what is in it, and the data files by the ends of their names. */
interface Bundle {
  readonly index: Uint8Array;
  readonly entries: readonly (readonly [string, Uint8Array])[];
  readonly data: readonly (readonly [string, Uint8Array])[];
}

function bundleOf(prefix: string, data: readonly string[]): Bundle {
  const index = seedFile(`${prefix}.index`);
  const contents = data.map((ending) => [ending, seedFile(`${prefix}.${ending}`)] as const);
  return { index, entries: [...readTable(index, prefix)], data: contents };
}

const GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';
const ONE = ['data-00000-of-00001'];
const bundles = [
  bundleOf('tensor-bundle/shards', ['data-00000-of-00002', 'data-00001-of-00002']),
  bundleOf('tensor-bundle/sliced', ONE),
  bundleOf('tensor-bundle/types', ONE),
];
const savedModelVariables = bundleOf('fuzz/saved-model', ONE);

const savedGraph = ((): Uint8Array => {
  // The last tensor of the file, behind its length and the checksum of that.
  const bytes = savedModelVariables.data[0]?.[1] ?? new Uint8Array();
  const entry = savedModelVariables.entries.find(([key]) => key === GRAPH)?.[1] ?? new Uint8Array();
  const fault = (found: string): Error => new Error(found);
  const { offset, byteLength } = readEntry(entry, fault);
  return parseString(bytes.subarray(offset, offset + byteLength), fault).text;
})();

/** The same with another object graph, at the end of the data, as a tensor of one string with its checksums. */
function withGraph({ index, entries, data }: Bundle, graph: Uint8Array): Bundle {
  const [ending, bytes] = data[0] ?? ['', new Uint8Array()];
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, graph.length, true);
  const lengthSum = new Uint8Array(4);
  new DataView(lengthSum.buffer).setUint32(0, masked(crc32c(length)), true);
  const varint = field(1, graph.length).slice(1);
  const sum = masked(crc32c(graph, crc32c(lengthSum, crc32c(length))));
  const size = varint.length + 4 + graph.length;
  const entry = message(
    field(1, 7),
    field(2, message()),
    field(4, bytes.length),
    field(5, size),
    field(6, sum, 5),
  );
  return {
    index,
    entries: entries.map(([key, value]) => [key, key === GRAPH ? entry : value]),
    data: [[ending, raw(bytes, varint, lengthSum, graph)]],
  };
}

/** The index with bytes changed in its blocks, whose checksums are right. */
const changedBlocks = (draw: Draw, { entries }: Bundle): Uint8Array =>
  table([entries], { change: (block) => (draw.chance(0.5) ? mutateBytes(draw, block) : block) });

const ENDS = ['', '\0', 'x', '/adam_m', '/.ATTRIBUTES/VARIABLE_VALUE', '\xff'];

function changedEntries(draw: Draw, { entries }: Bundle): Uint8Array {
  const result = entries.map(([key, value]): [string, Uint8Array] => [key, value]);
  for (let times = 1 + draw.upTo(3); times > 0; times--) {
    const at = draw.upTo(result.length);
    const entry = result[at];
    if (entry === undefined) continue;
    switch (draw.upTo(8)) {
      case 0:
        result.splice(at, 1);
        break;
      case 1:
        result.splice(at, 0, [entry[0] + draw.pick(ENDS), entry[1]]);
        break;
      case 2:
        entry[0] = draw.pick(['', GRAPH, `\0${entry[0]}`, 'output_weights', 'global_step', '\xff\xfe']);
        break;
      case 3:
        entry[1] = result[draw.upTo(result.length)]?.[1] ?? entry[1];
        break;
      default:
        entry[1] = mutateProto(draw, entry[1]);
    }
  }
  if (draw.chance(0.9)) result.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const cut = draw.chance(0.2) ? draw.upTo(result.length) : result.length;
  const blocks = [result.slice(0, cut), result.slice(cut)].filter((block) => block.length > 0);
  return table(blocks, { compression: draw.chance(0.02) ? 1 : 0 });
}

/** Files of a bundle, with the beginning of their names. */
function changedBundle(draw: Draw, bundle: Bundle, prefix: string): [string, Uint8Array][] {
  const kind = draw.upTo(10);
  const index =
    kind < 6
      ? changedEntries(draw, bundle)
      : kind < 8
        ? changedBlocks(draw, bundle)
        : mutateBytes(draw, bundle.index);
  const data = bundle.data
    .filter(() => draw.chance(0.98))
    .map(([ending, bytes]): [string, Uint8Array] => [
      `${prefix}.${ending}`,
      draw.chance(0.9) ? bytes : mutateBytes(draw, bytes),
    ]);
  return [[`${prefix}.index`, index], ...data];
}

const checkpointInput = (draw: Draw): Input =>
  new Map(changedBundle(draw, draw.pick(bundles), 'bert_model.ckpt'));

/** `bert_model.ckpt` as it is, without names of a BERT: table, messages, slices, checksums. */
export const tensorBundle: Target = {
  name: 'tensor-bundle',
  input: checkpointInput,
  async read(folder) {
    await readAll(await openTensorBundle(`${folder}/bert_model.ckpt`));
  },
};

/** The same through the names of variables. */
export const tensorflowCheckpoint: Target = {
  name: 'tensorflow-checkpoint',
  input: checkpointInput,
  async read(folder) {
    await readAll(await openCheckpoint(folder));
  },
};

/** What Keras keeps beside a SavedModel: JSON in a message in a list. */
function kerasMetadata(draw: Draw): Uint8Array {
  const loss = draw.pick([
    '"mse"',
    '{"class_name":"BinaryCrossentropy"}',
    '[["mse"]]',
    '['.repeat(20_000),
    '{}',
    '1',
  ]);
  const json = new TextEncoder().encode(`{"training_config":{"loss":${loss}}}`);
  const node = message(field(3, new TextEncoder().encode('root')), field(5, json));
  return message(field(1, draw.chance(0.3) ? mutateBytes(draw, node) : node));
}

/** A SavedModel: its variables and their object graph, its configuration and what it says of the tokenizer. */
export const savedModel: Target = {
  name: 'saved-model',
  input(draw): Input {
    const graph = mutateProto(draw, draw.chance(0.5) ? mutateProto(draw, savedGraph) : savedGraph);
    const bundle = withGraph(savedModelVariables, graph);
    const prefix = 'variables/variables';
    const variables = draw.chance(0.5)
      ? changedBundle(draw, savedModelVariables, prefix)
      : [
          [`${prefix}.index`, table([bundle.entries])] as const,
          ...bundle.data.map(([ending, bytes]) => [`${prefix}.${ending}`, bytes] as const),
        ];
    return new Map([
      ['saved_model.pb', new Uint8Array(2)],
      ['assets/vocab.txt', new Uint8Array(2)],
      ['keras_metadata.pb', kerasMetadata(draw)],
      ...variables,
    ]);
  },
  async read(folder) {
    await savedModelTokenizer(folder);
    await readAll(await openCheckpoint(folder));
    await readPretrainedConfig(folder);
  },
};
