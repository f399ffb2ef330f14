/**
 * Python's containers as a pickle makes them. Numbers, strings, booleans and None are JavaScript's own (integers beyond
 * 2^53 are bigints), bytes are a `Uint8Array`. Everything is empty when made and allocates its content with
 * the first element: a pickle can make a container with one byte.
 */

const NOTHING: readonly unknown[] = [];

/** `list`. */
export class PickleList {
  items: readonly unknown[] = NOTHING;

  append(values: readonly unknown[]): void {
    if (this.items === NOTHING) this.items = [];
    for (const value of values) (this.items as unknown[]).push(value);
  }
}

/** `tuple`, and `torch.Size`. */
export class PickleTuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** `set` and `frozenset`; nothing here asks what is in them. */
export class PickleSet {
  readonly kind = 'a set';
}

const NO_ENTRIES: ReadonlyMap<unknown, unknown> = new Map();

/** `dict` and `collections.OrderedDict`, in order of insertion. */
export class PickleDict {
  entries: ReadonlyMap<unknown, unknown> = NO_ENTRIES;

  /** @returns whether the key is new; a pickler never writes one twice */
  set(key: unknown, value: unknown): boolean {
    if (this.entries.has(key)) return false;
    if (this.entries === NO_ENTRIES) this.entries = new Map();
    (this.entries as Map<unknown, unknown>).set(key, value);
    return true;
  }
}

/** A function or class that a pickle may name, by what it means here. Nothing of Python's is ever looked up. */
export class PickleGlobal {
  /**
   * @param name with its module, as Python prints it
   * @param call what calling it with these arguments gives; undefined for what is only ever named
   */
  constructor(
    readonly name: string,
    readonly call?: (args: readonly unknown[]) => unknown,
  ) {}
}

/** A value that is neither a tensor nor a container, and that nothing here looks at. */
export class PickleOpaque {
  /** @param kind what it is, for messages */
  constructor(readonly kind: string) {}
}

/** What a value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (value instanceof PickleList) return 'a list';
  if (value instanceof PickleTuple) return 'a tuple';
  if (value instanceof PickleDict) return 'a dictionary';
  if (value instanceof PickleSet || value instanceof PickleOpaque) return value.kind;
  if (value instanceof PickleGlobal) return value.name;
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return `the value ${String(value)}`;
  return 'a tensor or storage';
}
