import type { EngineRequest } from '../work/requests.js';

/** How matrix products are computed; weights are float32 in all. */
export interface Precision {
  /** as the peers' scripts call it */
  readonly name: 'fp32' | 'tf32' | 'bf16';
  /** for ours */
  readonly engine: EngineRequest;
  /** for both sides */
  readonly env: Readonly<Record<string, string>>;
}

// TensorFlow rounds to TF32 unless told otherwise and PyTorch does not: NVIDIA's own switch makes fp32 mean fp32 on both.
const TRUE_FLOAT32 = { NVIDIA_TF32_OVERRIDE: '0' };
// Without it TensorFlow takes the whole GPU at once, and memory says nothing.
const GROW = { TF_FORCE_GPU_ALLOW_GROWTH: 'true' };

/** fp32; TF32, which TensorFlow takes by itself; bfloat16 as autocast does it. */
export function precisions(jitCompile: boolean): readonly Precision[] {
  const engine = { backend: 'tensorflow', jitCompile, gpu: true } as const;
  return [
    { name: 'fp32', engine, env: { ...GROW, ...TRUE_FLOAT32 } },
    { name: 'tf32', engine, env: GROW },
    { name: 'bf16', engine: { ...engine, mixedPrecision: true }, env: GROW },
  ];
}
