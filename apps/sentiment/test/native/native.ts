import { findTensorFlow, startTensorFlow } from '@bertune/tensorflow';
import { beforeAll, describe } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

const { library } = await findTensorFlow();

/** Makes the native backend the active one. */
export async function startNative(): Promise<void> {
  if (!library) throw new Error('startNative: no libtensorflow on this machine');
  await startTensorFlow(library);
}

/** `describe` on the native backend; skipped, with the reason in the name, where no libtensorflow is. */
export function describeNative(name: string, body: () => void): void {
  if (!library) {
    describe.skip(
      `${name} (needs libtensorflow: set BERTUNE_TENSORFLOW or run \`pnpm sentiment doctor\`)`,
      body,
    );
    return;
  }
  describe(name, () => {
    beforeAll(startNative);
    body();
  });
}

/** Tensors and handles that the native backend holds. */
export function heldTensors(): number {
  const { engine } = tf.backend() as unknown as { readonly engine: { getNumOfTensors(): number } };
  return engine.getNumOfTensors();
}
