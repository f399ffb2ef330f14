/** Makes a call that fails as small as it gets while it still fails. */
import type { BatchInput, TextInput } from '../../src/index.js';
import type { FuzzCall } from './calls.js';

/** Leaves out inputs, options and parts of texts as long as `fails` holds. */
export function smallest(call: FuzzCall, fails: (call: FuzzCall) => boolean): FuzzCall {
  let best = call;
  for (let before = Infinity; sizeOf(best) < before;) {
    before = sizeOf(best);
    for (const each of smaller(best)) {
      if (sizeOf(each) < sizeOf(best) && fails(each)) best = each;
    }
  }
  return best;
}

function sizeOf(call: FuzzCall): number {
  return JSON.stringify(call).length;
}

/** Attempts, the boldest first; each is of the call as it was given, so that the caller goes round again. */
function* smaller(call: FuzzCall): Generator<FuzzCall> {
  for (const index of call.inputs.keys()) {
    yield { ...call, inputs: call.inputs.filter((_, other) => other !== index) };
  }
  for (const name of Object.keys(call.options)) {
    yield {
      ...call,
      options: Object.fromEntries(Object.entries(call.options).filter(([key]) => key !== name)),
    };
  }
  for (const [index, input] of call.inputs.entries()) {
    for (const shorter of smallerInputs(input)) {
      yield { ...call, inputs: call.inputs.map((each, other) => (other === index ? shorter : each)) };
    }
  }
}

function* smallerInputs(input: BatchInput): Generator<BatchInput> {
  if (typeof input === 'string') {
    yield* smallerTexts(input);
  } else if ('text' in input) {
    yield joined(input.text);
    for (const text of smallerTexts(joined(input.text))) yield { text: text.split(' ') };
  } else {
    yield* input;
    for (const text of smallerTexts(input[0])) yield [text, input[1]];
    for (const pair of smallerTexts(input[1])) yield [input[0], pair];
  }
}

function joined(text: TextInput): string {
  return typeof text === 'string' ? text : text.join(' ');
}

/** The text without a half, a quarter, ..., one code unit of it. */
function* smallerTexts(text: string): Generator<string> {
  for (let length = text.length; length >= 1; length >>= 1) {
    for (let at = 0; at < text.length; at += length) yield text.slice(0, at) + text.slice(at + length);
  }
}
