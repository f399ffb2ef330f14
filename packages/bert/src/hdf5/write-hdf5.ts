import { aligned, ByteWriter } from './byte-writer.js';
import { groupTables, INTERNAL_K, LEAF_K } from './write-group.js';
import { datasetHeader, groupHeader, type Texts } from './write-messages.js';

/** A dataset of 32-bit floats that can be written. */
export interface DatasetToWrite {
  /** path in the file, without a slash before it; the groups on the way are made */
  readonly path: string;
  /** further paths that lead to the same dataset */
  readonly links?: readonly string[];
  readonly shape: readonly number[];
  /** Its values, row-major; asked for once, when its turn has come, and not kept. */
  values(): Float32Array | Promise<Float32Array>;
}

/** A group, or a dataset in one. */
interface Node {
  readonly path: string;
  readonly children: Map<string, Node>;
  readonly dataset: DatasetToWrite | undefined;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const SUPERBLOCK_BYTES = 96;

function treeOf(datasets: readonly DatasetToWrite[], groups: Iterable<string>): Node {
  const root: Node = { path: '', children: new Map(), dataset: undefined };
  const add = (path: string, dataset: DatasetToWrite | undefined): void => {
    let node = root;
    const parts = path.split('/').filter((part) => part !== '');
    parts.forEach((part, i) => {
      const isLast = i === parts.length - 1;
      const next = node.children.get(part) ?? {
        path: parts.slice(0, i + 1).join('/'),
        children: new Map<string, Node>(),
        dataset: isLast ? dataset : undefined,
      };
      if (next.dataset !== (isLast ? dataset : undefined))
        throw new RangeError(`${path}: there are two objects ${next.path}.`);
      node.children.set(part, next);
      node = next;
    });
  };
  for (const dataset of datasets)
    for (const path of [dataset.path, ...(dataset.links ?? [])]) add(path, dataset);
  for (const path of groups) add(path, undefined);
  return root;
}

/** A file's structure with everything in its place but the datasets, which follow it. */
interface Structure {
  readonly end: number;
  /** in the order in which they follow */
  readonly datasets: readonly DatasetToWrite[];
  /** @param addresses of the datasets */
  write(addresses: readonly number[]): Uint8Array;
}

function structureOf(root: Node, attributes: ReadonlyMap<string, ReadonlyMap<string, Texts>>): Structure {
  let end = SUPERBLOCK_BYTES;
  const take = (length: number): number => {
    const address = end;
    end += aligned(length);
    return address;
  };
  const blocks: { readonly address: number; bytes(addresses: readonly number[]): Uint8Array }[] = [];
  const datasets = new Map<DatasetToWrite, number>();
  let first: readonly number[] = [];
  const place = ({ dataset, children, path }: Node): number => {
    if (dataset !== undefined) {
      const placed = datasets.get(dataset);
      if (placed !== undefined) return placed;
      const index = datasets.size;
      const address = take(datasetHeader(dataset.shape, 0).length);
      datasets.set(dataset, address);
      blocks.push({ address, bytes: (addresses) => datasetHeader(dataset.shape, addresses[index]) });
      return address;
    }
    const own = attributes.get(path);
    const header = take(groupHeader(0, 0, own).length);
    const tables = groupTables([...children.keys()], path);
    const tree = take(tables.length);
    const heap = tree + tables.heap;
    if (path === '') first = [header, tree, heap];
    const headers = new Map<string, number>();
    blocks.push({ address: header, bytes: () => groupHeader(tree, heap, own) });
    blocks.push({ address: tree, bytes: () => tables.write(tree, headers) });
    for (const [name, child] of children) headers.set(name, place(child));
    return header;
  };
  place(root);
  const write = (addresses: readonly number[]): Uint8Array => {
    const fileEnd = [...datasets.keys()].reduce((_, { shape }, i) => addresses[i] + bytesOf(shape), end);
    const [header, tree, heap] = first;
    const writer = new ByteWriter(end)
      .put(SIGNATURE)
      .integers(1, 0, 0, 0, 0, 0, 8, 8, 0)
      .integers(2, LEAF_K, INTERNAL_K)
      .integers(4, 0)
      .integers(8, 0, undefined, fileEnd, undefined)
      // The first group's entry has its tables' addresses at hand, which is kind 1.
      .integers(8, 0, header)
      .integers(4, 1, 0)
      .integers(8, tree, heap);
    for (const { address, bytes } of blocks) {
      writer.position = address;
      writer.put(bytes(addresses));
    }
    return writer.bytes;
  };
  return { end, datasets: [...datasets.keys()], write };
}

/** Bytes of a dataset, with those that keep the next one aligned. */
const bytesOf = (shape: readonly number[]): number =>
  aligned(shape.reduce((product, length) => product * length, 4));

/**
 * The bytes of an HDF5 file, in the format that every version of the library reads: version 0 of the superblock, groups with
 * symbol tables, datasets in one piece. The structure comes first, then the datasets in turn, one of them in memory.
 * @param attributes texts by the path of their group, which is made where it has no dataset; '' is the first
 * @throws CheckpointError `not-supported` for groups of more than 256 objects and attributes above 64 kilobytes; RangeError
 *   for paths that are there twice, and for values that do not fit a shape
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
export async function* hdf5Bytes(
  datasets: readonly DatasetToWrite[],
  attributes: ReadonlyMap<string, ReadonlyMap<string, Texts>> = new Map(),
): AsyncGenerator<Uint8Array, void, undefined> {
  const { end, datasets: ordered, write } = structureOf(treeOf(datasets, attributes.keys()), attributes);
  let next = end;
  const addresses = ordered.map(({ shape }) => {
    const address = next;
    next += bytesOf(shape);
    return address;
  });
  yield write(addresses);
  for (const { path, shape, values } of ordered) {
    const content = await values();
    const length = shape.reduce((product, size) => product * size, 1);
    if (content.length !== length)
      throw new RangeError(
        `${path}: expected ${length} values for shape [${shape.join(', ')}], found ${content.length}.`,
      );
    yield new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
    if (length % 2 === 1) yield new Uint8Array(4);
  }
}
