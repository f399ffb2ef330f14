/** Checks that hold a tokenizer to the reference, run on answers that were given elsewhere. */
import { type BertTokenizer, TokenizerError, type TokenizerErrorCode } from '../../src/index.js';
import type { Answer, Call } from './calls.js';

const METHODS = ['encode', 'encodeAll', 'encodeBatch', 'decode'] as const;

/** A tokenizer that remembers which calls were made of it, and answers them. */
export function recording(name: string, tokenizer: BertTokenizer, calls: Call[]): BertTokenizer {
  return standIn((method, values) => {
    calls.push({ tokenizer: name, method, arguments: values });
    return (tokenizer[method] as (...values: unknown[]) => unknown).apply(tokenizer, values);
  });
}

/** A tokenizer that gives the next answer of a list whatever it is asked: the calls must be those of the recording. */
export function replaying(answers: Iterator<Answer>): BertTokenizer {
  return standIn((method) => {
    const next = answers.next();
    if (next.done) throw new Error(`${method}: there are fewer answers than calls`);
    if ('value' in next.value) return next.value.value;
    throw new TokenizerError(next.value.code as TokenizerErrorCode, 'as in the browser', {});
  });
}

function standIn(call: (method: Call['method'], values: unknown[]) => unknown): BertTokenizer {
  const methods = METHODS.map((method) => [method, (...values: unknown[]) => call(method, values)] as const);
  return Object.fromEntries(methods) as unknown as BertTokenizer;
}
