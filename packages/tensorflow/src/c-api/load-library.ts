import { closeSync, openSync } from 'node:fs';

import koffi, { type LibraryHandle } from 'koffi';

import type { TensorFlowLibrary } from '../library/library.js';
import { TensorFlowError } from '../errors.js';
import { type FunctionName, SIGNATURES, type TensorFlowC } from './signatures.js';

/**
 * - `wrong-library`: the file is not a library that this machine can load
 * - `missing-symbol`: it is a library, but not TensorFlow, or too old a one
 */
export type LoadErrorCode = 'wrong-library' | 'missing-symbol';

/** A library that cannot serve as TensorFlow. */
export class LoadError extends TensorFlowError<LoadErrorCode> {
  override readonly name = 'LoadError';
}

/** Copies bytes between JavaScript and TensorFlow's memory. */
export interface NativeMemory {
  /** Copies a typed array to an address. */
  write(address: number, from: ArrayBufferView): void;
  /** Fills a typed array from an address. */
  read(to: ArrayBufferView, address: number): void;
}

/** TensorFlow, loaded. */
export interface NativeLibrary {
  readonly c: TensorFlowC;
  readonly memory: NativeMemory;
}

/** What `dlopen` is asked for. `NODELETE`: TensorFlow's threads and destructors do not survive being unloaded at exit. */
const DLOPEN_FLAGS = process.platform === 'darwin' ? 0x2 | 0x8 | 0x80 : 0x1 | 0x100 | 0x1000; // NOW or LAZY, GLOBAL, NODELETE

/**
 * Loads TensorFlow's libraries into this process, for good, and binds the C API.
 * @throws LoadError
 */
export function loadLibrary({ core, framework, cudaLibraries }: TensorFlowLibrary): NativeLibrary {
  const libc = koffi.load(null);
  const dlopen = libc.func('uintptr_t dlopen(const char* path, int flags)') as (
    path: string,
    flags: number,
  ) => number;
  const dlerror = libc.func('const char* dlerror()') as () => string | null;
  setDefault(libc, 'TF_CPP_MIN_LOG_LEVEL', '2'); // no notes on standard error; what goes wrong comes as exceptions
  withoutStandardError(libc, () => {
    for (const path of [...cudaLibraries, framework, core]) {
      if (dlopen(path, DLOPEN_FLAGS) !== 0) continue;
      throw new LoadError(
        'wrong-library',
        `${path}: expected a shared library for ${process.platform} ${process.arch}, but loading it failed: ` +
          `${dlerror() ?? 'no reason given'}. Remove it, or point BERTUNE_TENSORFLOW at another TensorFlow.`,
      );
    }
  });
  const libraries = [core, framework].map((path) => koffi.load(path, { lazy: true, global: true }));
  koffiOutput();
  return { c: bind(libraries, core), memory: nativeMemory(libc) };
}

/** Sets a variable of the environment as TensorFlow sees it, unless it is set: `process.env` may be a copy. */
function setDefault(libc: LibraryHandle, name: string, value: string): void {
  const setenv = libc.func('int setenv(const char*, const char*, int)') as (
    name: string,
    value: string,
    overwrite: number,
  ) => number;
  setenv(name, value, 0);
}

/**
 * TensorFlow writes notes about itself to standard error while it is loaded, before its own settings for that apply;
 * what goes wrong comes through `dlerror`. With TF_CPP_MIN_LOG_LEVEL=0 the notes are shown.
 */
function withoutStandardError(libc: LibraryHandle, work: () => void): void {
  if (process.env.TF_CPP_MIN_LOG_LEVEL === '0') {
    work();
    return;
  }
  const dup = libc.func('int dup(int)') as (file: number) => number;
  const dup2 = libc.func('int dup2(int, int)') as (from: number, to: number) => number;
  const close = libc.func('int close(int)') as (file: number) => number; // Node warns in workers of files it has not opened
  const nowhere = openSync('/dev/null', 'w');
  const standardError = dup(2);
  dup2(nowhere, 2);
  try {
    work();
  } finally {
    dup2(standardError, 2);
    close(standardError);
    closeSync(nowhere);
  }
}

/** `TF_Output` is known to koffi by name, once a process. */
function koffiOutput(): void {
  try {
    koffi.type('TF_Output');
  } catch {
    koffi.struct('TF_Output', { oper: 'uintptr_t', index: 'int' });
  }
}

function bind(libraries: readonly LibraryHandle[], core: string): TensorFlowC {
  const missing: string[] = [];
  const functions = Object.entries(SIGNATURES).map(([name, signature]) => {
    for (const library of libraries) {
      try {
        return [name, library.func(signature)] as const;
      } catch {
        // in the other one, perhaps
      }
    }
    missing.push(name);
    return [name, undefined] as const;
  });
  if (missing.length > 0) {
    throw new LoadError(
      'missing-symbol',
      `${core}: expected the C API of TensorFlow 2.9 or later, but ${missing.length} of ${functions.length} functions ` +
        `are missing (${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}). ` +
        'Remove it, or point BERTUNE_TENSORFLOW at a newer TensorFlow.',
    );
  }
  return Object.fromEntries(functions) as Record<FunctionName, unknown> as TensorFlowC;
}

function nativeMemory(libc: LibraryHandle): NativeMemory {
  const write = libc.func('memcpy', 'uintptr_t', ['uintptr_t', 'const void*', 'size_t']) as (
    to: number,
    from: ArrayBufferView,
    length: number,
  ) => number;
  const read = libc.func('memcpy', 'uintptr_t', ['void*', 'uintptr_t', 'size_t']) as (
    to: ArrayBufferView,
    from: number,
    length: number,
  ) => number;
  return {
    write: (address, from) => {
      if (from.byteLength > 0) write(address, from, from.byteLength);
    },
    read: (to, address) => {
      if (to.byteLength > 0) read(to, address, to.byteLength);
    },
  };
}
