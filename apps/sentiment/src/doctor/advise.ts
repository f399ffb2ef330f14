import type { Examination } from './examine.js';

/** Below this much free memory even a BERT-base in small batches swaps. */
const scarce = 4e9;

/** What to do to go faster, the best first. */
export function advise(
  { backend, library, trials, machine, download }: Omit<Examination, 'advice'>,
  environment: NodeJS.ProcessEnv,
): string[] {
  const advice: string[] = [];
  const native = trials.tensorflow;
  if (!native?.works) {
    if (environment.BERTUNE_TENSORFLOW)
      advice.push('correct or unset BERTUNE_TENSORFLOW, which leads to no TensorFlow that works');
    advice.push(
      `pnpm sentiment doctor --download auto   (${download.what}; native TensorFlow is about ten times as fast as wasm)`,
    );
  }
  const [gpu] = machine.gpus;
  if (gpu && library && !library.cuda) {
    advice.push(
      `pnpm sentiment doctor --download cuda   (there is a GPU, ${gpu.name}, and this TensorFlow has no CUDA)`,
    );
  }
  if (gpu && library?.cuda && native?.works && !native.devices?.some(({ type }) => type === 'GPU')) {
    advice.push(
      `find out why TensorFlow does not see the ${gpu.name}: TF_CPP_MIN_LOG_LEVEL=0 shows its own words (driver ${gpu.driver}; CUDA 12 needs 525 or later)`,
    );
  }
  if (native?.works && isOld(native.version)) {
    advice.push(
      `pnpm sentiment doctor --download auto   (TensorFlow ${native.version} is old; newer ones have faster kernels)`,
    );
  }
  if (backend !== undefined && machine.threads < machine.processors) {
    advice.push(
      `let this process use more than ${machine.threads} of the ${machine.processors} processors (its CPU mask limits it)`,
    );
  }
  if (machine.availableBytes < scarce) {
    advice.push('free some memory, or train with a small --batch-size: less than 4 GB is left');
  }
  return advice;
}

function isOld(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return version !== undefined && (major < 2 || (major === 2 && minor < 16));
}
