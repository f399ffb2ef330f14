import { openCheckpoint } from '../../../src/checkpoint-open.js';
import { openTensorBundle } from '../../../src/tensor-bundle/bundle-reader.js';
import { readTable } from '../../../src/tensor-bundle/table.js';
import { table } from '../../raw-table.js';
import { mutateBytes } from '../mutate-bytes.js';
import { mutateProto } from '../proto-parts.js';
import type { Draw } from '../random.js';
import { readAll } from '../read-all.js';
import { seedFile } from '../seeds.js';
import type { Input, Target } from '../target.js';

const SEEDS = [
  ['shards', ['data-00000-of-00002', 'data-00001-of-00002']],
  ['sliced', ['data-00000-of-00001']],
  ['types', ['data-00000-of-00001']],
] as const;

const bundles = SEEDS.map(([name, parts]) => {
  const index = seedFile(`tensor-bundle/${name}.index`);
  return {
    index,
    entries: [...readTable(index, name)],
    data: parts.map(
      (part) => [`bert_model.ckpt.${part}`, seedFile(`tensor-bundle/${name}.${part}`)] as const,
    ),
  };
});

type Bundle = (typeof bundles)[number];

/** The index with bytes changed in its blocks, whose checksums are right. */
const changedBlocks = (draw: Draw, { entries }: Bundle): Uint8Array =>
  table([entries], { change: (block) => (draw.chance(0.5) ? mutateBytes(draw, block) : block) });

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
        result.splice(at, 0, [entry[0] + draw.pick(['', '\0', 'x', '/adam_m', '\xff']), entry[1]]);
        break;
      case 2:
        entry[0] = draw.pick([
          '',
          '_CHECKPOINTABLE_OBJECT_GRAPH',
          `\0${entry[0]}`,
          'output_weights',
          'global_step',
          '\xff\xfe',
        ]);
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
  return table(
    [result.slice(0, cut), result.slice(cut)].filter((block) => block.length > 0),
    {
      compression: draw.chance(0.02) ? 1 : 0,
    },
  );
}

function input(draw: Draw): Input {
  const bundle = draw.pick(bundles);
  const kind = draw.upTo(10);
  const index =
    kind < 6
      ? changedEntries(draw, bundle)
      : kind < 8
        ? changedBlocks(draw, bundle)
        : mutateBytes(draw, bundle.index);
  const data = bundle.data
    .filter(() => draw.chance(0.98))
    .map(([name, bytes]) => [name, draw.chance(0.9) ? bytes : mutateBytes(draw, bytes)] as const);
  return new Map([['bert_model.ckpt.index', index], ...data]);
}

/** `bert_model.ckpt` as it is, without names of a BERT: table, messages, slices, checksums. */
export const tensorBundle: Target = {
  name: 'tensor-bundle',
  input,
  async read(folder) {
    await readAll(await openTensorBundle(`${folder}/bert_model.ckpt`));
  },
};

/** The same through names and object graph. */
export const tensorflowCheckpoint: Target = {
  name: 'tensorflow-checkpoint',
  input,
  async read(folder) {
    await readAll(await openCheckpoint(folder));
  },
};
