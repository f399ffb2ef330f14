/** What the packages' tests share: golden data, tolerances, gates for data that is not in the repository. */
export { goldenPath, readGoldenJson, sharedPath } from './golden.js';
export { readTensors, type GoldenTensor } from './safetensors.js';
export { expectClose, type Tolerance } from './tolerance.js';
