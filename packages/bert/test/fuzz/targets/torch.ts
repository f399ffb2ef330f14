import { openCheckpoint } from '../../../src/checkpoint-open.js';
import { memoryFile } from '../../../src/files-memory.js';
import { openZip } from '../../../src/pickle/zip.js';
import { raw, rawDict, rawLegacy, rawTensor } from '../../raw-pickle.js';
import { type RawMember, rawZip } from '../../raw-zip.js';
import { edgeNumber, mutateBytes } from '../mutate-bytes.js';
import { mutatePickle, opcodes } from '../pickle-parts.js';
import type { Draw } from '../random.js';
import { readAll } from '../read-all.js';
import { seedFile } from '../seeds.js';
import type { Input, Target } from '../target.js';

const ARCHIVES = [
  'protocol-2.bin',
  'protocol-4.bin',
  'training.bin',
  'parallel.bin',
  'big-endian.bin',
  'evil.bin',
];

async function membersOf(path: string): Promise<readonly RawMember[]> {
  const bytes = seedFile(path);
  const zip = await openZip(memoryFile(bytes));
  const members: RawMember[] = [];
  for (const [name, { size }] of zip.members) {
    const start = await zip.locate(name);
    members.push({ name, content: bytes.slice(start, start + size) });
  }
  return members;
}

const archives = await Promise.all(
  ARCHIVES.map(async (name) => {
    const path = `pickle/${name}`;
    const members = await membersOf(path);
    const pickle = members.find((member) => member.name.endsWith('/data.pkl'))?.content ?? new Uint8Array();
    return { bytes: seedFile(path), members, parts: opcodes(pickle) };
  }),
);

function changedMember(draw: Draw, member: RawMember): RawMember {
  switch (draw.upTo(5)) {
    case 0:
      return {
        ...member,
        method: draw.pick([8, 12, 99]),
        size: draw.chance(0.5) ? 2 ** 31 : member.content.length,
      };
    case 1:
      return { ...member, size: edgeNumber(draw) };
    case 2:
      return { ...member, offset: edgeNumber(draw) };
    case 3:
      return {
        ...member,
        name: draw.pick([
          '',
          '/',
          'a/data.pkl',
          'x/constants.pkl',
          member.name.replace(/\d/, '9'),
          '../data/0',
        ]),
      };
    default:
      return { ...member, content: mutateBytes(draw, member.content) };
  }
}

/** `pytorch_model.bin` as an archive: the archive's lists changed, or the pickle in it, or any bytes. */
export const torchArchive: Target = {
  name: 'torch-archive',
  input(draw): Input {
    const { bytes, members, parts } = draw.pick(archives);
    const kind = draw.upTo(10);
    if (kind < 3) return new Map([['pytorch_model.bin', mutateBytes(draw, bytes)]]);
    let changed = members.map((member) =>
      kind < 8 && member.name.endsWith('/data.pkl')
        ? { ...member, content: mutatePickle(draw, parts) }
        : member,
    );
    if (kind >= 7)
      changed = changed.map((member) => (draw.chance(0.2) ? changedMember(draw, member) : member));
    if (draw.chance(0.02)) changed.push(draw.pick(changed));
    const options = {
      ...(draw.chance(0.02) && { count: draw.upTo(65536) }),
      ...(draw.chance(0.02) && { listOffset: edgeNumber(draw) }),
      ...(draw.chance(0.05) && { comment: new Uint8Array(draw.upTo(65536)) }),
    };
    return new Map([['pytorch_model.bin', rawZip(changed, options)]]);
  },
  async read(folder) {
    await readAll(await openCheckpoint(folder));
  },
};

const LEGACY = ['protocol-4-legacy.bin', 'evil-legacy.bin'].map((name) => seedFile(`pickle/${name}`));

/** Where the pickles of an old file end: after the fifth STOP that is an opcode. */
function legacyParts(bytes: Uint8Array): { readonly parts: Uint8Array[]; readonly data: Uint8Array } {
  const parts: Uint8Array[] = [];
  let stops = 0;
  let end = 0;
  for (const part of opcodes(bytes)) {
    parts.push(part);
    end += part.length;
    if (part[0] === 0x2e && ++stops === 5) break;
  }
  return { parts, data: bytes.slice(end) };
}

const legacy = [
  ...LEGACY,
  rawLegacy(rawDict([['a', rawTensor()], ['b', rawTensor({ key: '1', count: 6, shape: [2, 3], strides: [3, 1] })]]), [['0', new Float32Array(2)], ['1', new Float32Array(6)]]), // prettier-ignore
].map((bytes) => ({ bytes, ...legacyParts(bytes) }));

/** `pytorch_model.bin` as before PyTorch 1.6. */
export const torchLegacy: Target = {
  name: 'torch-legacy',
  input(draw): Input {
    const { bytes, parts, data } = draw.pick(legacy);
    const changed = draw.chance(0.3)
      ? mutateBytes(draw, bytes)
      : raw(mutatePickle(draw, parts), draw.chance(0.8) ? data : mutateBytes(draw, data));
    return new Map([['pytorch_model.bin', changed]]);
  },
  async read(folder) {
    await readAll(await openCheckpoint(folder));
  },
};
