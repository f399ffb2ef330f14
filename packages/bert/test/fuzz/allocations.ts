/** An allocation that a file of that size gives no reason for. It is refused, not made. */
export class AllocationError extends Error {
  override readonly name = 'AllocationError';
}

/** Most bytes of one allocation. */
let limit = Infinity;

/** Refuses larger allocations from here on. */
export function limitAllocations(bytes: number): void {
  limit = bytes;
}

function bytesOf(argument: unknown, bytesPerElement: number): number {
  if (typeof argument === 'number') return argument * bytesPerElement;
  if (argument instanceof ArrayBuffer) return 0; // a view
  if (typeof argument !== 'object' || argument === null || !('length' in argument)) return 0;
  return Number(argument.length) * bytesPerElement;
}

type Constructor = new (...args: never) => object;

function watched<Original extends Constructor>(original: Original, bytesPerElement: number): Original {
  const proxy: Original = new Proxy(original, {
    construct(target, args: unknown[], newTarget) {
      const bytes = bytesOf(args[0], bytesPerElement);
      if (bytes > limit) throw new AllocationError(`an allocation of ${bytes} bytes`);
      return Reflect.construct(target, args, newTarget === proxy ? target : newTarget) as object;
    },
  });
  return proxy;
}

/** Puts guards before the constructors of typed arrays and buffers, for the whole thread. */
export function watchAllocations(): void {
  const names = [
    'Uint8Array',
    'Uint16Array',
    'Uint32Array',
    'Int8Array',
    'Int16Array',
    'Int32Array',
  ] as const;
  const others = ['Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'] as const;
  const scope = globalThis as unknown as Record<string, Constructor & { BYTES_PER_ELEMENT?: number }>;
  for (const name of [...names, ...others, 'ArrayBuffer']) {
    scope[name] = watched(scope[name], scope[name].BYTES_PER_ELEMENT ?? 1);
  }
}
