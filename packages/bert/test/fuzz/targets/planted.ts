import { CheckpointError } from '../../../src/errors.js';
import type { Target } from '../target.js';

const planted = (name: string, read: () => void): Target => ({
  name: `planted-${name}`,
  input: () => new Map([['file', new Uint8Array(100)]]),
  read: () => Promise.resolve().then(read),
});

/** Readers that are wrong, each in one of the ways the fuzzer must notice; tried when they are asked for by name. */
export const PLANTED: readonly Target[] = [
  planted('type-error', () => {
    throw new TypeError('planted');
  }),
  planted('allocation', () => {
    new Uint8Array(1e6).fill(1);
  }),
  planted('message', () => {
    throw new CheckpointError('truncated', 'a message without a path', { file: '' });
  }),
  planted('heap', () => {
    const lists: unknown[][] = [];
    for (;;) lists.push(Array.from({ length: 1000 }, () => ({})));
  }),
  planted('hang', () => {
    for (;;);
  }),
];
