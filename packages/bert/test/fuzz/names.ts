import { TARGETS } from './targets/index.js';
import { PLANTED } from './targets/planted.js';

/** Names of the readers, which are tried by default. */
export const READERS: readonly string[] = TARGETS.map(({ name }) => name);

/** Names of the wrong ones, by which the fuzzer itself is tested. */
export const WRONG_READERS: readonly string[] = PLANTED.map(({ name }) => name);
