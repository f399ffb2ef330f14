import { choice, text } from './option-kinds.js';

/** Columns of a file of examples. */
export const columns = {
  text: text('COLUMN', 'column of the text', 'text'),
  pair: text('COLUMN', 'column of a second text that is read together with the first', undefined),
  label: text('COLUMN', 'column of the label', 'label'),
};

/** What computes. */
export const running = {
  backend: choice(
    ['tensorflow', 'wasm', 'cpu'],
    'what computes: native TensorFlow, WebAssembly, or plain JavaScript',
    undefined,
    'the first of them that starts',
  ),
};
