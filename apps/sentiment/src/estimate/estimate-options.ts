import { flag } from '../option-kinds.js';

/** Options of `sentiment train` about what it will take. */
export const estimateOptions = {
  estimateOnly: flag('say how many steps, how much time and memory the training would take, and stop'),
};
