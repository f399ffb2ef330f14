/** Calls of a tokenizer as plain data, so that they can be made in a page or a worker and judged in the test. */
import { BertTokenizer } from '@bertune/tokenizer';

/** One call of a method of the tokenizer whose files lie under `<base>/<tokenizer>/`. */
export interface Call {
  readonly tokenizer: string;
  readonly method: 'encode' | 'encodeAll' | 'encodeBatch' | 'decode';
  readonly arguments: unknown[];
}

/** What a call gave: its value as plain data, or the code of its error. */
export type Answer = { readonly value: unknown } | { readonly code: string };

type Method = (...values: unknown[]) => unknown;

/**
 * Makes all calls, in order, with tokenizers read by `fromPretrained`.
 * @param calls JSON of `Call[]`, as text: lone surrogates do not survive other ways
 * @returns JSON of `Answer[]`
 */
export async function makeCalls(base: string, calls: string): Promise<string> {
  const tokenizers = new Map<string, BertTokenizer>();
  const answers: Answer[] = [];
  for (const { tokenizer: name, method, arguments: values } of JSON.parse(calls) as Call[]) {
    const tokenizer = tokenizers.get(name) ?? (await BertTokenizer.fromPretrained(`${base}/${name}`));
    tokenizers.set(name, tokenizer);
    answers.push(answer(() => (tokenizer[method] as Method).apply(tokenizer, values)));
  }
  return JSON.stringify(answers);
}

function answer(call: () => unknown): Answer {
  try {
    return { value: plain(call()) };
  } catch (error) {
    return { code: error instanceof Error && 'code' in error ? String(error.code) : String(error) };
  }
}

/** Getters read, typed arrays as lists, nothing that JSON would lose. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value)) return [...(value as Int32Array)];
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    keysOf(value).map((key) => [key, plain((value as Record<string, unknown>)[key])]),
  );
}

/** Also those of getters on the class. */
function keysOf(value: object): string[] {
  const prototype = Object.getPrototypeOf(value) as object;
  const getters =
    prototype === Object.prototype
      ? []
      : Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([key, { get }]) =>
          get ? [key] : [],
        );
  return [...new Set([...Object.keys(value), ...getters])];
}
