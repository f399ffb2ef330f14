import type { Fault } from '../tensor-bundle/byte-cursor.js';
import {
  kindOf,
  PickleDict,
  PickleGlobal,
  PickleList,
  PickleOpaque,
  PickleSet,
  PickleTuple,
} from './pickle-values.js';
import {
  DTYPES,
  isSize,
  STORAGE_TYPES,
  TorchStorage,
  TorchTensor,
  type TorchType,
  viewOf,
} from './torch-tensor.js';

/** A name that stands for a type of numbers, and can be used as nothing else. */
class TypeName extends PickleGlobal {
  constructor(
    name: string,
    readonly type: TorchType,
  ) {
    super(name);
  }
}

/**
 * Every name that PyTorch writes into files of tensors. There is no other: a table is all that names are looked up in.
 * @param fault makes the error for arguments that make no sense
 */
function allowed(fault: Fault): ReadonlyMap<string, PickleGlobal> {
  const parameter = ([tensor]: readonly unknown[]): unknown => {
    if (tensor instanceof TorchTensor) return tensor;
    throw fault(`a parameter made of ${kindOf(tensor)}`);
  };
  const functions: readonly (readonly [string, ((args: readonly unknown[]) => unknown)?])[] = [
    ['collections.OrderedDict', ([pairs]) => dictionary(pairs, fault)],
    ['torch._utils._rebuild_tensor', ([a, b, c, d]) => viewOf(a, b, c, d, undefined, fault)],
    ['torch._utils._rebuild_tensor_v2', ([a, b, c, d]) => viewOf(a, b, c, d, undefined, fault)],
    [
      'torch._utils._rebuild_tensor_v3',
      ([a, b, c, d, , , dtype]) => {
        if (dtype instanceof TypeName) return viewOf(a, b, c, d, dtype.type, fault);
        throw fault(`${kindOf(dtype)} for a dtype`);
      },
    ],
    ['torch._utils._rebuild_parameter', parameter],
    ['torch._utils._rebuild_parameter_with_state', parameter],
    ['torch.nn.parameter.Parameter', parameter],
    ['torch.Tensor'],
    [
      // a tensor that has attributes: function, class, arguments, attributes
      'torch._tensor._rebuild_from_type_v2',
      ([target, , args]) => {
        if (target instanceof PickleGlobal && REBUILD.test(target.name) && args instanceof PickleTuple)
          return target.call?.(args.items);
        throw fault(`a tensor rebuilt by ${kindOf(target)}`);
      },
    ],
    ['torch.Size', ([sizes]) => (sizes instanceof PickleTuple ? sizes : new PickleTuple([]))],
    ['torch.device', () => new PickleOpaque('a device')],
    ['torch.serialization._get_layout', () => new PickleOpaque('a layout')],
    ['builtins.set', () => new PickleSet()],
    ['builtins.frozenset', () => new PickleSet()],
    ['builtins.complex', () => new PickleOpaque('a complex number')],
    ['builtins.bytearray', () => new PickleOpaque('bytes')],
    ['_codecs.encode', () => new PickleOpaque('bytes')], // bytes in protocol 2
  ];
  return new Map(functions.map(([name, call]) => [name, new PickleGlobal(name, call)]));
}

const REBUILD = /^torch\._utils\._rebuild_(tensor|tensor_v2|tensor_v3)$/;

function dictionary(pairs: unknown, fault: Fault): PickleDict {
  const dict = new PickleDict();
  if (pairs === undefined) return dict;
  // Python 2 writes a list of lists of two.
  const items = pairs instanceof PickleList || pairs instanceof PickleTuple ? pairs.items : undefined;
  for (const pair of items ?? [pairs]) {
    const two = pair instanceof PickleList || pair instanceof PickleTuple ? pair.items : [];
    if (two.length !== 2 || !dict.set(two[0], two[1]))
      throw fault(
        `an OrderedDict made of ${kindOf(pairs)} that is no list of different keys and their values`,
      );
  }
  return dict;
}

/**
 * What a name in a file of PyTorch's stands for.
 * @returns undefined for a name that has no place in a file of tensors
 */
export function torchGlobals(fault: Fault): (module: string, name: string) => PickleGlobal | undefined {
  const functions = allowed(fault);
  return (module, name) => {
    const path = `${module === '__builtin__' ? 'builtins' : module}.${name}`;
    const storage = /^torch\.(?:cuda\.|storage\.)?(\w+)Storage$/.exec(path)?.[1] ?? '';
    const type = STORAGE_TYPES.get(storage) ?? (module === 'torch' ? DTYPES.get(name) : undefined);
    return type === undefined ? functions.get(path) : new TypeName(path, type);
  };
}

/**
 * The storage that a persistent id describes: `('storage', type, key, device, count)`, in old files with a sixth part,
 * None or `(key, offset, count)` of a view of it.
 * @throws what `fault` makes
 */
export function torchStorage(id: unknown, fault: Fault): TorchStorage {
  const [kind, storageType, key, , count, view] = id instanceof PickleTuple ? id.items : [];
  if (kind !== 'storage') throw fault(`${kindOf(kind)} for a storage kept outside the pickle`);
  if (!(storageType instanceof TypeName)) throw fault(`a storage of type ${kindOf(storageType)}`);
  const name = typeof key === 'number' ? String(key) : key;
  if (typeof name !== 'string' || !isSize(count)) throw fault('a storage without a key and a length');
  const { type } = storageType;
  const bytes = count * type.bytes;
  if (!isSize(bytes)) throw fault(`a storage of ${count} numbers`);
  if (view == null) return new TorchStorage(name, type, count, bytes, 0);
  const [, offset, length] = view instanceof PickleTuple ? view.items : [];
  if (!isSize(offset) || !isSize(length) || !(offset + length <= count))
    throw fault(`a view that does not lie in its storage of ${count} numbers`);
  return new TorchStorage(name, type, length, bytes, offset * type.bytes);
}
