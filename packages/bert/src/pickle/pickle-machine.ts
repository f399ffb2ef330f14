import type { Fault } from '../tensor-bundle/byte-cursor.js';
import { PickleBytes } from './pickle-bytes.js';
import { kindOf, PickleDict, PickleGlobal, PickleList, PickleTuple } from './pickle-values.js';

/** What a pickle is about, which is not the unpickler's business. */
export interface PickleHost {
  /**
   * What a name of Python's stands for.
   * @throws the error for a name that may not be in the file
   */
  find(module: string, name: string): unknown;
  /** What a persistent id stands for: an object that is kept outside the pickle. */
  persistent(id: unknown): unknown;
  /** Makes the error for a pickle that cannot be what it should. */
  readonly fault: Fault;
  /** Makes the error for a dictionary that has a key twice. */
  duplicate(key: string): Error;
  /** bytes of memory, roughly, that the objects of the pickle may take */
  readonly budget: number;
}

/** Roughly the bytes that a place in the stack, the memo or a container takes, and that a container takes. */
const SLOT = 16;
const CONTAINER = 240;

const MARK = Symbol('mark');

/** Stack and memo of the machine whose program a pickle is. What it makes is paid for out of `host.budget`. */
export class PickleMachine {
  readonly input: PickleBytes;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #left: number;

  constructor(
    bytes: Uint8Array,
    start: number,
    private readonly host: PickleHost,
  ) {
    this.input = new PickleBytes(bytes, start, (found) => this.fault(found));
    this.#left = host.budget;
  }

  /** Objects on the stack. */
  get depth(): number {
    return this.#stack.length;
  }

  /** The error for something found at this place. */
  fault(found: string): Error {
    return this.host.fault(`${found}, before byte ${this.input.position} of it`);
  }

  #pay(cost: number): void {
    this.#left -= cost;
    if (this.#left < 0) throw this.fault(`its objects take more than ${this.host.budget} bytes of memory`);
  }

  push(value: unknown): void {
    this.#pay(SLOT);
    this.#stack.push(value);
  }

  pushText(value: string): void {
    this.#pay(SLOT + 2 * value.length);
    this.push(value);
  }

  pushBytes(value: Uint8Array): void {
    this.#pay(CONTAINER + value.length);
    this.push(value.slice());
  }

  /** Pushes a new container that will hold so many values. */
  pushContainer(container: object, length = 0): void {
    this.#pay(CONTAINER + SLOT * length);
    this.push(container);
  }

  mark(): void {
    this.push(MARK);
  }

  /** Drops the topmost value, or mark. */
  drop(): void {
    if (this.#stack.pop() === undefined) throw this.fault('an operand is missing');
  }

  top(): unknown {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.fault('an operand is missing');
    return value;
  }

  pop(): unknown {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  popToMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.fault('a mark is missing');
    const items = this.#stack.splice(mark + 1);
    this.#stack.pop();
    return items;
  }

  /** Replaces the topmost values by a tuple of them. */
  tuple(length: number): void {
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) items.unshift(this.pop());
    this.pushContainer(new PickleTuple(items), length);
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!(list instanceof PickleList))
      throw this.fault(`elements for ${kindOf(list)}, which should be a list`);
    this.#pay(SLOT * items.length);
    list.append(items);
  }

  /** Adds entries to the topmost dictionary: a key, its value, and so on. */
  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof PickleDict))
      throw this.fault(`entries for ${kindOf(dict)}, which should be a dictionary`);
    if (items.length % 2 === 1) throw this.fault('a key without a value');
    this.#pay(CONTAINER + 4 * SLOT * items.length);
    for (let i = 0; i < items.length; i += 2) {
      if (!dict.set(items[i], items[i + 1])) throw this.host.duplicate(String(items[i]));
    }
  }

  /** Pushes what a name stands for. */
  find(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw this.fault(`${kindOf(name)} of ${kindOf(module)} for a name`);
    this.push(this.host.find(module, name));
  }

  /** Pushes what a call of one of the functions that the host knows gives. */
  call(target: unknown, args: unknown): void {
    if (!(target instanceof PickleGlobal) || target.call === undefined)
      throw this.fault(`a call of ${kindOf(target)}`);
    if (!(args instanceof PickleTuple)) throw this.fault(`a call with ${kindOf(args)} for arguments`);
    this.#pay(CONTAINER);
    this.push(target.call(args.items));
  }

  /** Takes the attributes of the topmost object; those of a dictionary (`_metadata` of a state dict) mean nothing. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof PickleDict)) throw this.fault(`attributes of ${kindOf(this.top())}`);
  }

  persistent(): void {
    this.#pay(CONTAINER);
    this.push(this.host.persistent(this.pop()));
  }

  memoize(index: number | bigint = this.#memo.size): void {
    this.#pay(4 * SLOT);
    this.#memo.set(Number(index), this.top());
  }

  recall(index: number | bigint): void {
    const value = this.#memo.get(Number(index));
    if (value === undefined) throw this.fault(`object ${index} of its memo, which has none of that number`);
    this.push(value);
  }
}
