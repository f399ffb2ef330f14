import type { Benchmark } from './benchmark.js';
import { finetune } from './benchmarks/finetune.js';
import { gpu } from './benchmarks/gpu.js';
import { inference } from './benchmarks/inference.js';
import { load } from './benchmarks/load.js';
import { memory } from './benchmarks/memory.js';
import { pretrain } from './benchmarks/pretrain.js';
import { tokenizer } from './benchmarks/tokenizer.js';
import { trainStep } from './benchmarks/train-step.js';
import { transfer } from './benchmarks/transfer.js';

/** Every benchmark by the name on the command line. */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  'train-step': trainStep,
  inference,
  finetune,
  memory,
  pretrain,
  tokenizer,
  load,
  transfer,
  gpu,
};
